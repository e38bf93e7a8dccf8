import { formatCount, formatRate, formatShare, plural } from '../../base/units.ts';
import type { Evidence, RuledOut } from '../../tcp/finding.ts';
import { counterEvidence, numericSysctl, silentLowerLayers } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { SynVerdict } from './syn-verdict.ts';
import { countPrefixes } from './unanswered-clients.ts';

/** The numbers both SYN queue rules rest on. */
export function synEvidence(view: RuleView, verdict: SynVerdict): readonly Evidence[] {
  return [
    queueEvidence(verdict),
    completionEvidence(verdict),
    ...cookieEvidence(view, verdict),
    ...dropEvidence(view, verdict),
    ...sourceEvidence(verdict),
    ...rateEvidence(view, verdict),
    ...logEvidence(verdict),
  ];
}

function queueEvidence({ facts }: SynVerdict): Evidence {
  const { peak, capacity, listener, boundByMaxSynBacklog, policy } = facts;
  const bound = boundByMaxSynBacklog
    ? 'three quarters of tcp_max_syn_backlog'
    : "the listener's limit plus one";
  const of = capacity === undefined ? '' : ` of ${formatCount(capacity)} (${bound})`;
  const note =
    policy === 'always-cookies'
      ? `${formatCount(peak)} half-open requests: with tcp_syncookies=2 none are kept`
      : `${formatCount(listener.synRecv.after)}${of}, peak ${formatCount(peak)}`;
  return { source: 'sock_diag', name: 'synRecv.peak', value: peak, unit: 'requests', note };
}

function completionEvidence({ clients, facts }: SynVerdict): Evidence {
  const { count, share, completedPerSecond } = clients;
  const old =
    facts.unansweredCount > 0
      ? `; ${plural(facts.unansweredCount, 'request')} still unanswered although the SYN-ACK was sent again`
      : '';
  return {
    source: 'sock_diag',
    name: 'handshakes.unanswered',
    value: count,
    unit: 'handshakes',
    note: `${plural(count, 'handshake')} not completed by the client (${formatShare(share)}), ${formatRate(completedPerSecond)} completed${old}`,
  };
}

function cookieEvidence(view: RuleView, { counters }: SynVerdict): readonly Evidence[] {
  if (counters.cookiesSent === 0) return [];
  const { cookiesSent, cookiesReturned, cookiesFailed } = counters;
  return [
    counterEvidence(
      view,
      'TcpExt.SyncookiesSent',
      `${plural(cookiesSent, 'SYN cookie')} sent in this namespace`,
    ),
    counterEvidence(
      view,
      'TcpExt.SyncookiesRecv',
      `${formatCount(cookiesReturned)} came back in a valid ACK (${formatShare(Math.min(1, cookiesReturned / cookiesSent))})`,
    ),
    ...(cookiesFailed > 0
      ? [
          counterEvidence(
            view,
            'TcpExt.SyncookiesFailed',
            `${plural(cookiesFailed, 'segment')} fitted no cookie and was answered with RST`,
          ),
        ]
      : []),
  ];
}

function dropEvidence(view: RuleView, { synsDropped, facts, kind }: SynVerdict): readonly Evidence[] {
  if (synsDropped === 0 || (facts.policy !== 'drop' && kind !== 'no-route-back')) return [];
  const note = `${plural(synsDropped, 'SYN')} dropped in the window, retries count again`;
  return [
    { source: 'sock_diag', name: 'listener.drops', value: facts.dropped, unit: 'segments', note },
    counterEvidence(view, 'TcpExt.TCPReqQFullDrop'),
    counterEvidence(view, 'TcpExt.ListenDrops'),
  ];
}

function sourceEvidence({ clients, facts }: SynVerdict): readonly Evidence[] {
  const [top] = clients.sources;
  if (top === undefined) return [];
  const seen = clients.sources.reduce((sum, one) => sum + one.count, 0);
  const prefixes = countPrefixes(clients.sources).slice(0, 3);
  const listed = prefixes.map(({ address, count }) => `${address} (${formatCount(count)})`).join(', ');
  const most = top.count > 1 ? `; most from ${top.address} (${formatCount(top.count)})` : ', each seen once';
  return [
    {
      source: facts.handshakes.length > 0 ? 'packets' : 'sock_diag',
      name: 'sources.distinct',
      value: clients.sources.length,
      unit: 'addresses',
      note: `${plural(clients.sources.length, 'address', 'addresses')} behind ${formatCount(seen)} of them${most}`,
    },
    {
      source: 'packets',
      name: 'sources.prefixes',
      value: prefixes[0]?.address ?? '',
      unit: '',
      note: `top prefixes: ${listed}`,
    },
  ];
}

function rateEvidence(view: RuleView, { facts }: SynVerdict): readonly Evidence[] {
  const { packets } = view.namespace;
  if (packets.status !== 'ok' || packets.value.durationMs < 200) return [];
  const syns = facts.handshakes.length;
  const rate = (syns * 1000) / packets.value.durationMs;
  const again = facts.handshakes.filter(({ synCount }) => synCount > 1).length;
  const note = `${formatRate(rate)} new handshakes on the wire; ${plural(again, 'client')} had to repeat the SYN`;
  return [{ source: 'packets', name: 'syn.rate', value: Math.round(rate), unit: 'per second', note }];
}

function logEvidence({ facts }: SynVerdict): readonly Evidence[] {
  if (facts.logged === undefined) return [];
  const { source, action, line } = facts.logged;
  return [{ source, name: 'kernelLog.synFlooding', value: action ?? 'unknown', unit: '', note: line }];
}

/** What the numbers exclude, for both rules. */
export function synRuledOut(view: RuleView, { counters, facts }: SynVerdict): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  if (counters.listenOverflows === 0) {
    ruledOut.push({
      id: 'accept-queue-overflow',
      because: 'ListenOverflows stands still: no accept queue was full',
    });
  }
  const syncookies = numericSysctl(view, 'net.ipv4.tcp_syncookies');
  if (syncookies !== undefined && syncookies !== 0) {
    ruledOut.push({ id: 'tcp_max_syn_backlog', because: `not consulted while tcp_syncookies=${syncookies}` });
  } else if (syncookies === 0 && !facts.boundByMaxSynBacklog && facts.capacity !== undefined) {
    ruledOut.push({ id: 'tcp_max_syn_backlog', because: "the listener's own limit is the smaller one" });
  }
  return [...ruledOut, ...silentLowerLayers(view)];
}

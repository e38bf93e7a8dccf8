import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { counterEvidence, counterRise, counterTotal, sysctl } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** Late duplicates of a reordering path are rejected now and then on every busy host. */
const FEWEST = 3;
const NOTABLE = 10;
const NOTABLE_SHARE = 0.001;
/** On a quiet host a handful is many. */
const QUIET_SHARE = 0.01;

type PawsCause = 'old-timestamps' | 'wrong-echo' | 'time-wait-reuse';

/** Which counters mean what; older kernels lack some. PAWSOldAck is left out: old pure ACKs are common (tcp_validate_incoming()). */
const counters: Readonly<Record<PawsCause, readonly string[]>> = {
  'old-timestamps': ['TcpExt.PAWSEstab'],
  'wrong-echo': ['TcpExt.PAWSActive', 'TcpExt.TSEcrRejected'],
  'time-wait-reuse': ['TcpExt.PAWSTimewait'],
};

/** Segments are thrown away because their timestamp runs backwards. */
export const pawsRejections = defineRule({
  id: 'paws-rejections',
  summary:
    'segments are thrown away because their timestamps run backwards (NAT or load balancer with several clocks)',
  needs: ['counters'],
  scope: 'namespace',
  judge: (view) => {
    if (counterRise(view, 'TcpExt.PAWSEstab') === undefined) {
      return {
        findings: [],
        unknowns: [
          { rule: 'paws-rejections', missing: 'TcpExt.PAWSEstab', because: 'this kernel does not show it' },
        ],
      };
    }
    const causes = Object.keys(counters) as PawsCause[];
    return { findings: causes.flatMap((cause) => judgeCause(view, cause)) };
  },
});

function judgeCause(view: RuleView, cause: PawsCause): readonly Finding[] {
  const rejected = counters[cause].reduce((sum, name) => sum + (counterRise(view, name) ?? 0), 0);
  if (rejected < FEWEST) return [];
  const share = rejected / Math.max(1, counterRise(view, 'Tcp.InSegs') ?? 0, rejected);
  return [describe(view, cause, rejected, share)];
}

function severityOf(view: RuleView, cause: PawsCause, rejected: number, share: number): Severity {
  // A Linux client answers the stale ACK with RST and has its SYN accepted 10 ms later.
  if (cause === 'time-wait-reuse') return 'info';
  // Without a counter of their own, harmless old ACKs are among these.
  const pure = counterRise(view, 'TcpExt.PAWSOldAck') !== undefined;
  const many = pure && rejected >= NOTABLE && share >= NOTABLE_SHARE;
  return many || share >= QUIET_SHARE ? 'warning' : 'info';
}

function describe(view: RuleView, cause: PawsCause, rejected: number, share: number): Finding {
  const segments = plural(rejected, 'segment');
  const where = namespaceText(view);
  const names = counters[cause].filter((name) => (counterRise(view, name) ?? 0) > 0);
  return {
    id: 'paws-rejections',
    severity: severityOf(view, cause, rejected, share),
    confidence: cause === 'time-wait-reuse' ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: { counter: names[0] ?? '' },
    title: titles[cause](segments, where),
    explanation: explanations[cause],
    cause: { id: cause, title: causeTitles[cause] },
    evidence: [
      ...names.map((name) =>
        counterEvidence(
          view,
          name,
          `+${formatCount(counterRise(view, name) ?? 0)} in the window, ${formatCount(counterTotal(view, name) ?? 0)} since this namespace was made`,
        ),
      ),
      {
        source: '/proc/net/snmp',
        name: 'rejectedShare',
        value: Number(share.toFixed(5)),
        unit: 'share',
        note: `${formatShare(share)} of the segments received`,
      },
      ...timestampSetting(view),
    ],
    ruledOut: ruledOutFor(view),
    remedies: remediesFor(view),
    experiment: cause === 'old-timestamps' ? { scenario: 'paws-rejections', set: {} } : noExperiment,
  };
}

const titles: Readonly<Record<PawsCause, (segments: string, where: string) => string>> = {
  'old-timestamps': (segments, where) =>
    `${where} threw away ${segments} of open connections because their timestamps run backwards (PAWS)`,
  'wrong-echo': (segments, where) =>
    `${where} refused ${segments} of new connections because they echo timestamps that were never sent`,
  'time-wait-reuse': (segments, where) =>
    `${where} did not accept ${segments} at once: an older connection of the same ports is in TIME_WAIT and had a later clock`,
};

const causeTitles: Readonly<Record<PawsCause, string>> = {
  'old-timestamps':
    'two clocks speak on one connection: a NAT, proxy or load balancer between mixes hosts, or a peer was moved or restored',
  'wrong-echo': 'a box on the way rewrites or mixes up timestamps',
  'time-wait-reuse':
    'several clients with clocks of their own share an address (NAT) and came back with the same port within a minute',
};

const explanations: Readonly<Record<PawsCause, string>> = {
  'old-timestamps':
    'Every segment carries its sender’s clock, and a segment older than the last one counts as a late duplicate (RFC 7323, section 5). The receiver answers with an ACK and drops it; the sender tries again with the same clock, in vain: the connection hangs, although both sides answer pings and each other.',
  'wrong-echo':
    'A SYN-ACK (or the final ACK) echoes the clock of our SYN; a value we never sent marks it as belonging to something else (RFC 7323, section 3.2). It is refused, so that connecting fails or takes a retry.',
  'time-wait-reuse':
    'Linux answers such a SYN with an ACK of the old connection, the client resets that, and its next SYN is accepted: a Linux client loses some 10 ms, others up to their first SYN retry (1 s). Clients behind a NAT have been safe otherwise since tcp_tw_recycle is gone (Linux 4.12).',
};

function timestampSetting(view: RuleView): Finding['evidence'] {
  const value = sysctl(view, 'net.ipv4.tcp_timestamps');
  if (value === undefined) return [];
  const meaning =
    value === '2'
      ? 'on, without a random offset for each peer'
      : value === '0'
        ? 'off for new connections'
        : 'on, with a random offset for each peer';
  return [
    { source: 'sysctl', name: 'net.ipv4.tcp_timestamps', value, unit: '', note: `${value}: ${meaning}` },
  ];
}

function ruledOutFor(view: RuleView): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  if (counterRise(view, 'TcpExt.ListenDrops') === 0) {
    ruledOut.push({
      id: 'accept-queue-overflow',
      because: 'no listener dropped anything (ListenDrops stands still)',
    });
  }
  const checksum = counterRise(view, 'Tcp.InCsumErrors');
  if (checksum === 0)
    ruledOut.push({ id: 'checksum-errors', because: 'no segment was damaged (InCsumErrors stands still)' });
  return ruledOut;
}

function remediesFor(view: RuleView): readonly Remedy[] {
  return [
    {
      kind: 'architecture',
      summary:
        'find the box that joins several hosts into one connection or address: a load balancer with SNAT that reuses ports quickly, a firewall that rewrites timestamps, a virtual machine restored from a snapshot',
      command: namespaceCommand(view, "tcpdump -ni any 'tcp[12] & 0xf0 > 0x50' -c 200"),
      effect:
        'TS val that jumps back within one connection shows it; most boxes can leave timestamps alone or keep ports for longer',
      risk: 'none: reading only',
    },
    {
      kind: 'sysctl',
      summary: 'as a stopgap: no timestamps on new connections of this namespace',
      ...settingChange(view, {
        sysctls: { 'net.ipv4.tcp_timestamps': 0 },
        why: 'without timestamps nothing is compared',
        optional: true,
      }),
      effect: 'without timestamps there is no PAWS; connections that exist keep theirs',
      risk: 'loses protection against old duplicates on fast paths, good RTT samples, window scaling behind SYN cookies, and TIME_WAIT take-over (tcp_tw_reuse)',
    },
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_tw_recycle', 'net.ipv4.tcp_tw_reuse'],
      summary: 'tcp_tw_recycle=0 and tcp_tw_reuse=0 change nothing here',
      command: '',
      effect:
        'tcp_tw_recycle is gone since Linux 4.12, and tcp_tw_reuse is about connections this host opens itself',
      risk: '',
    },
  ];
}

import { formatRate, plural } from '../../base/units.ts';
import type { Remedy } from '../../tcp/finding.ts';
import { formatPeriod } from './churn-words.ts';

/** Against connections that nobody uses. `periodMs` undefined: at no fixed period. */
export function churnRemedies(beat: {
  readonly periodMs: number | undefined;
  readonly senders: number;
  readonly perSecond: number;
}): readonly Remedy[] {
  const { periodMs, perSecond: rate, senders } = beat;
  const rarer: Remedy = {
    kind: 'application',
    summary:
      'fewer heartbeats: a longer interval at the senders, or a heartbeat inside the connection they already have',
    command:
      'fluentd out_forward: heartbeat_interval 10s, or heartbeat_type none; load balancers: the interval of TCP checks',
    effect:
      periodMs !== undefined
        ? `${plural(senders, 'sender')} every 10 s instead of every ${formatPeriod(periodMs)} are ${formatRate(senders / 10)} instead of ${formatRate(rate)}`
        : 'fewer connections at once',
    risk: 'a dead server is noticed later by the same factor',
  };
  const spread: Remedy = {
    kind: 'architecture',
    summary: 'let the senders beat out of step (a random delay at start), or spread them over more servers',
    command: '',
    effect: 'the same number of connections without the peaks that fill the queues',
    risk: '',
  };
  return [rarer, keepOpen, spread, moreBacklog];
}

/** Against short connections that do carry something. */
export function shortConnectionRemedies(): readonly Remedy[] {
  return [keepOpen, moreBacklog];
}

const keepOpen: Remedy = {
  kind: 'application',
  summary: 'keep connections open and reuse them (HTTP keep-alive, pools, out_forward keepalive true)',
  command: '',
  effect: 'one handshake for many requests',
  risk: 'idle connections need keepalives, or a middlebox forgets them',
};

const moreBacklog: Remedy = {
  kind: 'none',
  idle: ['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog', 'net.ipv4.tcp_tw_reuse'],
  summary:
    'raising the backlog, somaxconn or tcp_max_syn_backlog does not make these connections fewer; tcp_tw_reuse does nothing on the server side',
  command: '',
  effect: '',
  risk: '',
};

/** Names that old blocks of advice still carry and no supported kernel has. One table: all there is to say is what they were, and what is left. */
import { defineParameter } from '../define-parameter.ts';
import type { Parameter } from '../parameter.ts';
import { obsolete } from '../verdict.ts';

interface GoneParameter {
  readonly name: string;
  readonly meaning: string;
  /** First line without it. */
  readonly removed: string;
  /** "Connections follow tcp_frto.": what became of it. */
  readonly since: string;
  /** What does its work now. */
  readonly instead?: readonly string[];
  readonly source: string;
}

function goneParameter({ name, meaning, removed, since, instead, source }: GoneParameter): Parameter {
  return defineParameter({
    name,
    subject: 'gone',
    meaning,
    removed,
    default: null,
    defaultNote: 'no kernel of today has it',
    range: null,
    read: `up to the kernel before ${removed}`,
    moves: 'nothing any more: the file does not exist',
    doesNot: `It exists in no kernel since ${removed}. ${since}`,
    interactions: instead ?? [],
    source,
    judge: () => obsolete(`${meaning} It is gone since ${removed}. ${since}`),
  });
}

const conntrackSource = 'commit adf0516845bc (4.9)';

function oldConntrackName(old: string, present: string): Parameter {
  return goneParameter({
    name: old,
    meaning: `The name ${present} had under ip_conntrack.`,
    removed: '4.9',
    since: `The same setting is ${present}.`,
    instead: [present],
    source: conntrackSource,
  });
}

/** A choice that modules of congestion control have replaced. */
function oldCongestionSwitch(name: string, algorithm: string): Parameter {
  return goneParameter({
    name,
    meaning: `It switched ${algorithm} congestion control on.`,
    removed: '2.6.13',
    since: 'Algorithms are modules since, and tcp_congestion_control names the one for new connections.',
    instead: ['net.ipv4.tcp_congestion_control'],
    source: 'tcp(7)',
  });
}

function oldCongestionKnob(name: string, algorithm: string): Parameter {
  return goneParameter({
    name,
    meaning: `It tuned ${algorithm} congestion control.`,
    removed: '2.6.13',
    since: `It is a parameter of the module (/sys/module/tcp_${algorithm.toLowerCase()}/parameters).`,
    source: 'tcp(7)',
  });
}

export const goneParameters: readonly Parameter[] = Object.freeze([
  goneParameter({
    name: 'net.ipv4.tcp_thin_dupack',
    meaning: 'It sent data again after one duplicate ACK where little was in flight.',
    removed: '4.11',
    since: 'RACK (tcp_recovery) finds such losses for every connection.',
    instead: ['net.ipv4.tcp_recovery'],
    source: 'commit 4a7f60094411 (4.11)',
  }),
  goneParameter({
    name: 'net.ipv4.tcp_dma_copybreak',
    meaning: 'It said from which size on a DMA engine copied what a program received.',
    removed: '3.18',
    since: 'Copying by DMA engines was taken out.',
    source: 'commit 7bced397510a (3.18)',
  }),
  goneParameter({
    name: 'net.ipv4.tcp_max_ssthresh',
    meaning: 'It bounded how fast slow start grows (RFC 3742).',
    removed: '3.13',
    since: 'CUBIC leaves slow start by itself when delays rise (HyStart).',
    instead: ['net.ipv4.tcp_congestion_control'],
    source: 'commit 9f9843a751d0 (3.13)',
  }),
  goneParameter({
    name: 'net.ipv4.tcp_frto_response',
    meaning: 'It said how the window goes on after a timeout that was not needed.',
    removed: '3.10',
    since: 'The kernel undoes the reduction by itself.',
    instead: ['net.ipv4.tcp_frto'],
    source: 'commit 9b44190dc114 (3.10)',
  }),
  goneParameter({
    name: 'net.ipv4.tcp_cookie_size',
    meaning: 'It set the size of TCP Cookie Transactions, an experiment; SYN cookies are something else.',
    removed: '3.10',
    since: 'The experiment was taken out.',
    instead: ['net.ipv4.tcp_syncookies is about SYN cookies'],
    source: 'commit 1a2c6181c4a1 (3.10)',
  }),
  goneParameter({
    name: 'net.ipv4.tcp_abc',
    meaning: 'It counted acknowledged bytes instead of ACKs when the window grows (RFC 3465).',
    removed: '3.9',
    since: 'The kernel counts acknowledged packets for all.',
    source: 'tcp(7)',
  }),
  oldCongestionSwitch('net.ipv4.tcp_bic', 'BIC'),
  oldCongestionSwitch('net.ipv4.tcp_westwood', 'Westwood'),
  oldCongestionSwitch('net.ipv4.tcp_vegas_cong_avoid', 'Vegas'),
  ...['net.ipv4.tcp_bic_low_window', 'net.ipv4.tcp_bic_fast_convergence'].map((name) =>
    oldCongestionKnob(name, 'BIC'),
  ),
  ...['alpha', 'beta', 'gamma'].map((knob) => oldCongestionKnob(`net.ipv4.tcp_vegas_${knob}`, 'Vegas')),
  oldConntrackName('net.ipv4.ip_conntrack_max', 'net.netfilter.nf_conntrack_max'),
  oldConntrackName('net.ipv4.netfilter.ip_conntrack_max', 'net.netfilter.nf_conntrack_max'),
  ...[
    ...[
      'established',
      'syn_sent',
      'syn_recv',
      'fin_wait',
      'close_wait',
      'time_wait',
      'last_ack',
      'close',
    ].map((state) => `tcp_timeout_${state}`),
    ...['tcp_loose', 'tcp_be_liberal', 'udp_timeout', 'udp_timeout_stream', 'generic_timeout', 'buckets'],
  ].map((setting) =>
    oldConntrackName(`net.ipv4.netfilter.ip_conntrack_${setting}`, `net.netfilter.nf_conntrack_${setting}`),
  ),
  goneParameter({
    name: 'net.netfilter.nf_conntrack_helper',
    meaning: 'It let helpers (FTP, SIP) follow connections without a rule that asks for them.',
    removed: '6.0',
    since: 'Rules assign helpers (CT target, nft ct helper).',
    source: 'commit b118509076b3 (6.0)',
  }),
  ...['migration_cost_ns', 'min_granularity_ns', 'wakeup_granularity_ns', 'latency_ns', 'nr_migrate'].map(
    (knob) =>
      goneParameter({
        name: `kernel.sched_${knob}`,
        meaning: 'It tuned the scheduler of programs; unrelated to TCP.',
        removed: '5.13',
        since: 'What is left of these knobs is below /sys/kernel/debug/sched; unrelated to TCP.',
        source: 'commit 8a99b6833c88 (5.13)',
      }),
  ),
]);

import { usageError } from '../../../base/errors.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import { synTimeline } from '../../../tcp/model/syn-timeline.ts';
import { synAckTimeline } from '../../../tcp/model/synack-timeline.ts';
import type { Moment } from '../../../tcp/model/timer-wheel.ts';
import { numberOf, type Setting, type SettingValues } from '../../../tcp/setting.ts';
import { kernelSetting } from '../../kernel-setting.ts';
import type { Sysctls } from '../../scenario.ts';

type Changes = Partial<Omit<Setting, 'name'>>;

/** Settings that several scenarios about queues share; each takes those that do something in it, with defaults of its own. */
export const queueSetting = {
  backlog: (changes: Changes = {}): Setting => ({
    ...kernelSetting('backlog', { default: 16, min: -1, max: 65_535 }),
    ...changes,
  }),
  somaxconn: (changes: Changes = {}): Setting => ({
    ...kernelSetting('somaxconn', { default: 4096, max: 65_535 }),
    ...changes,
  }),
  syncookies: (): Setting => kernelSetting('tcp_syncookies', { default: 1, max: 2 }),
  maxSynBacklog: (): Setting => kernelSetting('tcp_max_syn_backlog', { default: 2048, min: 1, max: 65_535 }),
  abortOnOverflow: (): Setting => kernelSetting('tcp_abort_on_overflow', { default: 0 }),
  synRetries: (): Setting => kernelSetting('tcp_syn_retries', { default: 1, max: 6 }),
  linearTimeouts: (usual = 0): Setting =>
    kernelSetting('tcp_syn_linear_timeouts', { default: usual, max: 6 }),
  synAckRetries: (usual = 1): Setting => kernelSetting('tcp_synack_retries', { default: usual, max: 5 }),
  senders: (changes: Changes = {}): Setting => ({
    name: 'senders',
    meaning: 'clients',
    unit: 'clients',
    default: 40,
    min: 1,
    max: 10_000,
    ...changes,
  }),
  arrivalsPerSecond: (changes: Changes = {}): Setting => ({
    name: 'arrivalsPerSecond',
    meaning: 'how fast connections come',
    unit: '',
    default: 100,
    min: 1,
    max: 20_000,
    ...changes,
  }),
  /** So short that the SYN-ACK comes back before the SYN is sent again. */
  delayMs: (usual = 0): Setting => ({
    name: 'delayMs',
    meaning: 'one-way delay of the link; 0: a veth pair',
    unit: 'ms',
    default: usual,
    min: 0,
    max: 450,
  }),
} as const;

/**
 * What every one of these scenarios pins: the timers of handshakes, and that no client is exempt from tcp_max_syn_backlog because its
 * last connection left a round-trip time behind (tcp_peer_is_proven()).
 */
export const queueSysctls = {
  'net.core.somaxconn': 4096,
  'net.ipv4.tcp_syncookies': 1,
  'net.ipv4.tcp_max_syn_backlog': 2048,
  'net.ipv4.tcp_abort_on_overflow': 0,
  'net.ipv4.tcp_syn_retries': 1,
  'net.ipv4.tcp_syn_linear_timeouts': 0,
  'net.ipv4.tcp_synack_retries': 1,
  'net.ipv4.tcp_rto_max_ms': 120_000,
  'net.ipv4.tcp_timestamps': 1,
  'net.ipv4.tcp_no_metrics_save': 1,
} as const satisfies Sysctls;

/** A setting, or what is pinned where the scenario has no such setting. */
export function kernelNumber(values: SettingValues, name: string): number {
  if (name in values) return numberOf(values, name);
  const pinned: Readonly<Record<string, number>> = queueSysctls;
  return pinned[`net.ipv4.${name}`] ?? pinned[`net.core.${name}`] ?? 0;
}

/** sk_max_ack_backlog: __sys_listen_socket() compares unsigned, so that -1 is as much as somaxconn allows. */
export function limitOf(values: SettingValues): number {
  const backlog = numberOf(values, 'backlog');
  const somaxconn = kernelNumber(values, 'somaxconn');
  return backlog < 0 ? somaxconn : Math.min(backlog, somaxconn);
}

export interface HandshakeTimers {
  /** From connect() on: the SYNs that nobody answers, and ETIMEDOUT. */
  readonly syns: readonly Moment[];
  readonly synsEnd: Moment;
  /** From the SYN's arrival on: the SYN-ACKs of a request, and its end. */
  readonly synAcks: readonly Moment[];
  readonly synAcksEnd: Moment;
}

export function handshakeTimers(values: SettingValues, kernel: KernelVersion): HandshakeTimers {
  const syn = synTimeline({
    synRetries: kernelNumber(values, 'tcp_syn_retries'),
    linearTimeouts: kernelNumber(values, 'tcp_syn_linear_timeouts'),
    kernel,
  });
  const synAck = synAckTimeline({ synAckRetries: kernelNumber(values, 'tcp_synack_retries'), kernel });
  return { syns: syn.syns, synsEnd: syn.end, synAcks: synAck.synAcks, synAcksEnd: synAck.end };
}

/** Throws a usage error when the clients have not all come so long after the first of them. */
export function refuseLateComers(values: SettingValues, withinMs: number, raise: string): void {
  const [senders, perSecond] = [numberOf(values, 'senders'), numberOf(values, 'arrivalsPerSecond')];
  const neededMs = Math.ceil((1000 * senders) / perSecond);
  if (neededMs <= withinMs) return;
  throw usageError(
    'watch',
    `${senders} clients that come ${perSecond} a second`,
    `They take ${neededMs} ms; raise arrivalsPerSecond, or ${raise} by ${neededMs - withinMs}.`,
  );
}

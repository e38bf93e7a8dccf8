import { formatDurationMs, plural } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';
import { MOST } from './churn-kind.ts';

export interface ChurnPattern {
  /** Undefined: they come at no fixed period. */
  readonly periodMs: number | undefined;
  readonly senders: number;
  /** Share of those that ended in which the server said FIN or RST first. */
  readonly closedByServer: number;
}

/** "every 1.0 s 412 senders connect and close again". */
export function beatText(periodMs: number, senders: number): string {
  return `every ${formatPeriod(periodMs)} ${plural(senders, 'sender connects', 'senders connect')} and ${senders === 1 ? 'closes' : 'close'} again`;
}

export function churnExplanation(pattern: ChurnPattern): string {
  return `Each of them costs a handshake, a place in the SYN and accept queue, an accept() and a close. ${patternText(pattern)}`;
}

function patternText({ periodMs, closedByServer }: ChurnPattern): string {
  if (periodMs !== undefined) return 'They come back at a fixed period, as heartbeats and health checks do.';
  if (closedByServer > MOST)
    return 'The server itself closes them before anything is said: an access list, a connection limit, or a failing backend.';
  return 'No fixed period stands out: probes, scanners, or clients that open connections in advance and do not use them.';
}

export function churnCause({ periodMs, senders, closedByServer }: ChurnPattern): Finding['cause'] {
  if (periodMs !== undefined)
    return {
      id: 'heartbeats',
      title: `${plural(senders, 'sender')} with a heartbeat every ${formatPeriod(periodMs)}`,
    };
  if (closedByServer > MOST)
    return { id: 'server-closes', title: 'the server closes connections right after accepting them' };
  return { id: 'empty-connections', title: 'connections are opened and closed without being used' };
}

/** "1.0 s", "640 ms": with the precision the arithmetic has. */
export function formatPeriod(ms: number): string {
  return formatDurationMs(ms < 1000 ? Math.round(ms / 10) * 10 : ms);
}

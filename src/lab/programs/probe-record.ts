import { monotonicMs } from './precise-clock.ts';
import type { ProbeError, ProbeEvent, ProbeResult } from './probes-options.ts';
import { errnoName } from './tcp-socket.ts';

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** Writes down what happens to a probe. Times go in by `monotonicMs` and come out relative to the connect. */
export class ProbeRecord {
  connectAtMs = 0;
  establishedAtMs: number | undefined;
  endedAtMs: number | undefined;
  local: { readonly address: string | null; readonly port: number } | undefined;
  stateAtEnd: string | null = null;
  readonly #name: string;
  readonly #unixOffsetMs: number;
  readonly #events: { readonly atMs: number; readonly event: WithoutTime<ProbeEvent> }[] = [];
  #error: ProbeError | undefined;
  #diedAtMs: number | undefined;
  #endOfStreamAtMs: number | undefined;
  #bytesReceived = 0;
  #bytesSent = 0;

  constructor(name: string, unixOffsetMs: number) {
    this.#name = name;
    this.#unixOffsetMs = unixOffsetMs;
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  get hasEnded(): boolean {
    return this.#endOfStreamAtMs !== undefined;
  }

  add(event: WithoutTime<ProbeEvent>, atMs = monotonicMs()): void {
    this.#events.push({ atMs, event });
  }

  failed(where: string, errno: number, atMs = monotonicMs()): void {
    const error = { errno: errnoName(errno), where };
    this.#error ??= { atMs, ...error };
    this.add({ what: 'error', ...error }, atMs);
  }

  died(atMs = monotonicMs()): void {
    this.#diedAtMs = atMs;
    this.add({ what: 'died' }, atMs);
  }

  /** False when it had ended before. */
  ended(atMs: number): boolean {
    if (this.hasEnded) return false;
    this.#endOfStreamAtMs = atMs;
    this.add({ what: 'end-of-stream' }, atMs);
    return true;
  }

  received(bytes: number, atMs: number): void {
    this.#bytesReceived += bytes;
    this.add({ what: 'received', bytes }, atMs);
  }

  sent(bytes: number, atMs: number): void {
    this.#bytesSent += bytes;
    this.add({ what: 'sent', bytes }, atMs);
  }

  nameOf(errno: number): string | null {
    return errno === 0 ? null : errnoName(errno);
  }

  result(): ProbeResult {
    const since = (atMs: number): number => Math.round((atMs - this.connectAtMs) * 1000) / 1000;
    const sinceOrNull = (atMs: number | undefined): number | null =>
      atMs === undefined ? null : since(atMs);
    return {
      name: this.#name,
      connectAtUnixMs: this.connectAtMs + this.#unixOffsetMs,
      localAddress: this.local?.address ?? null,
      localPort: this.local?.port ?? null,
      establishedAtMs: sinceOrNull(this.establishedAtMs),
      error: this.#error ? { ...this.#error, atMs: since(this.#error.atMs) } : null,
      diedAtMs: sinceOrNull(this.#diedAtMs),
      endOfStreamAtMs: sinceOrNull(this.#endOfStreamAtMs),
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      stateAtEnd: this.stateAtEnd,
      endedAtMs: since(this.endedAtMs ?? this.connectAtMs),
      timeline: [
        { atMs: 0, what: 'connect' },
        ...this.#events.map(({ atMs, event }) => ({ atMs: since(atMs), ...event })),
      ],
    };
  }
}

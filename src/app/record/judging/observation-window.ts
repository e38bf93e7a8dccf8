import type { InetDiagMessage } from '../../../kernel/netlink/inet-diag-message.ts';
import type { NamespaceAccess, NamespaceSnapshot } from '../../observe/namespace-access.ts';
import { NamespaceObserver } from '../../observe/namespace-observer.ts';

/** How long a window may become: what is older says nothing of now. */
export const LONGEST_WINDOW_MS = 12_000;
export const SAMPLE_INTERVAL_MS = 100;

/** The doctor's window over one namespace, fed with what the recorder samples anyway. */
export class ObservationWindow {
  readonly observer: NamespaceObserver;
  readonly beganMs: number;
  /** Wall clock. */
  readonly beganAtMs: number;

  /** `nowMs` of a clock that does not go back, `nowAtMs` of the wall. */
  constructor(access: NamespaceAccess, snapshot: NamespaceSnapshot, nowMs: number, nowAtMs: number) {
    this.observer = new NamespaceObserver(access, LONGEST_WINDOW_MS, SAMPLE_INTERVAL_MS);
    this.beganMs = nowMs;
    this.beganAtMs = nowAtMs;
    this.observer.begin(snapshot);
  }

  ageMs(nowMs: number): number {
    return nowMs - this.beganMs;
  }

  sample(nowMs: number, message: InetDiagMessage): void {
    this.observer.sockets.sample(this.ageMs(nowMs), message);
  }
}

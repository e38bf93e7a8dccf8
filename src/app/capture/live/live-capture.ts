import type { Clock } from '../../../base/clock.ts';
import type { HalfopenError } from '../../../base/errors.ts';
import type { FrameSink } from '../../../capture/file/frame-sink.ts';

export const liveCaptureSchemaVersion = 1;

/** At most so many files, each of at most so many bytes; the oldest of this run goes when one more is begun. */
export interface FileRing {
  readonly files: number;
  readonly bytes: number;
}

export interface LiveCaptureOptions {
  /** "self", a name, a container id, a process id: see `selectNamespaces`. */
  readonly netns: string;
  /** Only this interface of it. */
  readonly interface?: string;
  /** Empty: TCP of every port. */
  readonly ports: readonly number[];
  /** Left out: until `stop`. */
  readonly forMs?: number;
  /** Kept of each packet, from the IP header on. */
  readonly snapBytes: number;
  /** Kernel memory for packets that were not read yet. */
  readonly bufferBytes: number;
  readonly write?: string;
  readonly ring?: FileRing;
  readonly tool: { readonly name: string; readonly version: string };
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Each packet as well, from the IP header on (LINKTYPE_RAW, 101). */
  readonly sink?: FrameSink;
  /** About once a second. */
  readonly onProgress?: (now: LiveProgress) => void;
}

export interface LiveProgress {
  readonly seconds: number;
  readonly packetsPerSecond: number;
  /** On the wire, from the IP header on. */
  readonly bytesPerSecond: number;
  readonly synPerSecond: number;
  readonly synRetransmissionsPerSecond: number;
  /** Since the start, like what follows. */
  readonly packets: number;
  readonly droppedByKernel: number;
  /** What is being written. */
  readonly file: CapturedFile | null;
}

export interface CapturedFile {
  readonly name: string;
  readonly bytes: number;
  readonly packets: number;
}

export interface CapturedInterface {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Contract of `capture live --json`, version 1. */
export interface LiveSummary {
  readonly schemaVersion: typeof liveCaptureSchemaVersion;
  /** As it was asked for. */
  readonly netns: string;
  readonly ports: readonly number[];
  readonly snapBytes: number;
  /** Wall clock, ms since 1970. */
  readonly fromMs: number;
  readonly seconds: number;
  readonly packets: number;
  /** On the wire, from the IP header on. */
  readonly bytes: number;
  readonly droppedByKernel: number;
  /** SYNs without ACK, those sent again included. */
  readonly syn: number;
  /** At least so many: see `SynMeter`. */
  readonly synRetransmissions: number;
  /** Most packets first. */
  readonly interfaces: readonly CapturedInterface[];
  /** Those that are there, oldest first. */
  readonly files: readonly CapturedFile[];
  /** Files of this run that made room for later ones. */
  readonly filesDeleted: number;
  /** Ended by a signal. */
  readonly interrupted: boolean;
}

export interface LiveResult {
  readonly summary: LiveSummary;
  /** Why it ended early; what was captured until then is in the summary and in the files. */
  readonly failed?: HalfopenError;
}

/** What a kernel will do, said before it does it. Mirrors the contract of `predict --json`, version 1. */

export const predictionSchemaVersion = 1;

export const modelNames = ['connect', 'synack', 'keepalive', 'retransmit', 'close', 'queues'] as const;
export type ModelName = (typeof modelNames)[number];

export type Side = 'client' | 'server';

export interface PredictedEvent {
  /** Milliseconds after the model's start (see the model), when every timer fires as asked. */
  readonly atMs: number;
  /** Latest, with the kernel's timer-wheel rounding: timers are late, never early. */
  readonly latestMs: number;
  readonly from: Side;
  readonly what: 'SYN' | 'SYN-ACK' | 'ACK' | 'probe' | 'data' | 'FIN' | 'RST' | 'ICMP';
}

export interface PredictedOutcome {
  /** null: never, as long as nobody does anything. */
  readonly atMs: number | null;
  readonly latestMs: number | null;
  /** What the application is told: "ETIMEDOUT"; null when it is told nothing. */
  readonly errno: string | null;
  /** State of the socket from then on: "CLOSE", "ESTABLISHED" ... */
  readonly state: string;
}

/** Connections that fit into a listener's queues. */
export interface QueueLimits {
  readonly acceptQueue: number;
  readonly synQueue: number;
}

export interface Prediction {
  readonly schemaVersion: typeof predictionSchemaVersion;
  readonly model: ModelName;
  /** "6.18": the release whose rules were used. */
  readonly kernel: string;
  /** Everything the prediction depends on, by the kernel's names; model inputs in camelCase with a unit. */
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly events: readonly PredictedEvent[];
  readonly outcome: PredictedOutcome;
  /** Connections that fit; model `queues` only. */
  readonly limits?: QueueLimits;
  /** Other ends that a few milliseconds of difference lead to: late timers, a slightly longer RTO. */
  readonly alternatives?: readonly PredictedOutcome[];
  /** The answer in a sentence or two. */
  readonly answer?: string;
  /** Inputs that would change nothing here, whatever their value. */
  readonly ignored?: Readonly<Record<string, number | string>>;
  /** Which rule decided, in plain words, each with its kernel function or RFC section. */
  readonly because: readonly string[];
}

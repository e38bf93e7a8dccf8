import type { ServerOptions } from '../app/serve/server-options.ts';
import { startOtlp } from './otlp/start-otlp.ts';

/** What runs as long as the server and answers no request; null where it was not asked for. */
export type Companion = (options: ServerOptions) => { readonly close: () => Promise<void> } | null;

export const allCompanions: readonly Companion[] = [
  ({ otlp, feed, log, topListeners }) =>
    otlp === null ? null : startOtlp(feed, otlp, log, { topListeners }),
];

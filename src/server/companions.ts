import type { ServerOptions } from '../app/serve/server-options.ts';

/** What runs as long as the server and answers no request; null where it was not asked for. */
export type Companion = (options: ServerOptions) => { readonly close: () => Promise<void> } | null;

/** Exporters: `({ otlp, feed, log }) => (otlp === null ? null : startOtlp(feed, otlp, log))`. */
export const allCompanions: readonly Companion[] = [];

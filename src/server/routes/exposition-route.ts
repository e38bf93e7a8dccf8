import type { Route, Surroundings } from './route.ts';

/** Something that is asked for its text, in the form that the Accept header prefers. */
export interface Exposition {
  readonly handle: (accept: string) => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly close: () => void;
}

/** Mounts one at a path: `expositionRoute('/metrics', ({ options }) => metricsRoute(options.feed, options))`. */
export function expositionRoute(path: string, start: (surroundings: Surroundings) => Exposition): Route {
  return {
    method: 'GET',
    path,
    open: (surroundings) => {
      const exposition = start(surroundings);
      surroundings.onClose(exposition.close);
      return async (context) => {
        const { contentType, body } = await exposition.handle(context.req.header('accept') ?? '');
        return context.body(body, 200, { 'content-type': contentType });
      };
    },
  };
}

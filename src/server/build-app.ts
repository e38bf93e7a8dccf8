import { Hono } from 'hono';
import type { ServerOptions } from '../app/serve/server-options.ts';
import type { ApiError } from '../contract/api.ts';
import { ApiFailure, failureOf } from './requests/api-failure.ts';
import type { Route, Surroundings } from './routes/route.ts';
import { bodyGuard, postGuard, tokenGuard } from './security/guards.ts';
import type { ServerContext, ServerEnv } from './server-env.ts';

/** The routes behind their guards. */
export function buildApp(routes: readonly Route[], surroundings: Surroundings): Hono<ServerEnv> {
  const { access, options } = surroundings;
  const app = new Hono<ServerEnv>();
  app.use(tokenGuard(access));
  app.use(postGuard(access, options.tls !== null));
  app.use(bodyGuard);
  for (const route of routes) {
    const handle = isAllowed(route, options) ? route.open(surroundings) : refusal(route);
    app.on(route.method, route.path, handle);
  }
  app.notFound((context) => answer(context, noSuchPlace(routes, context)));
  app.onError((error, context) => {
    const failure = failureOf(error);
    if (failure.status === 500)
      options.log.error('a request failed', { path: context.req.path, stack: error.stack });
    return answer(context, failure);
  });
  return app;
}

function isAllowed({ needs }: Route, { allowLab, allowTune }: ServerOptions): boolean {
  return needs === undefined || (needs === 'lab' ? allowLab : allowTune);
}

function refusal({ needs }: Route) {
  return (): never => {
    throw new ApiFailure(403, {
      attempted: 'do this',
      said: 'it was not allowed when the recorder was started',
      remedy: `halfopen serve --allow-${needs}`,
    });
  };
}

function noSuchPlace(routes: readonly Route[], { req }: ServerContext): ApiFailure {
  const methods = routes.filter(({ path }) => path === req.path).map(({ method }) => method);
  if (methods.length === 0)
    return new ApiFailure(404, { attempted: `find ${req.path}`, said: 'there is no such path' });
  const allow = methods.includes('GET') ? ['HEAD', ...methods].join(', ') : methods.join(', ');
  return new ApiFailure(
    405,
    { attempted: `${req.method} ${req.path}`, said: `it takes ${allow}` },
    { allow },
  );
}

function answer(context: ServerContext, { status, detail, headers }: ApiFailure): Response {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  return context.json({ error: detail } satisfies ApiError, status);
}

import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiFailure } from '../requests/api-failure.ts';
import { mostBodyBytes } from '../requests/json-body.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';
import type { Access } from './access.ts';
import { refuseOtherOrigins } from './same-origin.ts';

type Guard = MiddlewareHandler<ServerEnv>;

/** What can be had without the token. */
const publicPaths = new Set(['/healthz', '/login', '/login.css']);

/** Lets in who may come; sends browsers that open a page to the login. */
export function tokenGuard(access: Access): Guard {
  return async (context, next) => {
    const isPublic = publicPaths.has(context.req.path);
    const viewer = isPublic ? 'anybody' : access.viewerOf(context);
    if (viewer === undefined) return sendAway(context);
    context.set('viewer', viewer);
    return next();
  };
}

function sendAway(context: ServerContext): Response {
  const { method, path } = context.req;
  const wantsPage = method === 'GET' && (context.req.header('accept') ?? '').includes('text/html');
  if (wantsPage && !path.startsWith('/api/'))
    return context.redirect(`/login?to=${encodeURIComponent(path)}`, 303);
  throw new ApiFailure(
    401,
    {
      attempted: 'come in',
      said: 'a token is asked for',
      remedy: 'Send it as "Authorization: Bearer TOKEN", or open /login in a browser.',
    },
    { 'www-authenticate': 'Bearer' },
  );
}

/** A POST must come from a page of ours, and one to the API must show the token of `session` as well. */
export function postGuard(access: Access, isTls: boolean): Guard {
  return async (context, next) => {
    if (context.req.method !== 'POST') return next();
    refuseOtherOrigins(context, isTls);
    const isLogin = context.req.path === '/login';
    if (!isLogin && !access.isCsrfToken(context.get('viewer'), context.req.header('x-halfopen-csrf') ?? ''))
      throw new ApiFailure(403, {
        attempted: 'do this',
        said: 'the header x-halfopen-csrf is missing or not the one of this session',
        remedy: 'GET /api/v1/session tells it.',
      });
    return next();
  };
}

export const bodyGuard: Guard = bodyLimit({
  maxSize: mostBodyBytes,
  onError: () => {
    throw new ApiFailure(413, {
      attempted: 'read the request',
      said: `its body is larger than ${mostBodyBytes / 1024} KiB`,
    });
  },
});

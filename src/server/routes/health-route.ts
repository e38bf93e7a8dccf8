import type { Route } from './route.ts';

/** For load balancers and service managers; tells nothing about the host, so that it needs no token. */
export const healthRoute: Route = {
  method: 'GET',
  path: '/healthz',
  open: () => (context) => context.text('ok\n'),
};

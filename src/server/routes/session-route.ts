import type { ApiSession } from '../../contract/api.ts';
import type { Route } from './route.ts';

export const sessionRoute: Route = {
  method: 'GET',
  path: '/api/v1/session',
  open:
    ({ access, options: { allowLab, allowTune } }) =>
    (context) => {
      const csrf = access.csrfTokenFor(context.get('viewer'));
      return context.json({ allowLab, allowTune, csrf } satisfies ApiSession);
    },
};

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ApiFailure } from '../requests/api-failure.ts';
import type { Route } from './route.ts';

export const eventsRoute: Route = {
  method: 'GET',
  path: '/api/v1/events',
  open:
    ({ events }) =>
    (context) => {
      if (context.env.incoming.method === 'HEAD')
        return context.body(null, 200, { 'content-type': 'text/event-stream' });
      if (events.isFull)
        throw new ApiFailure(
          503,
          {
            attempted: 'show what happens',
            said: `${events.viewers} viewers are being served`,
            remedy: 'Close one, or try again.',
          },
          { 'retry-after': '10' },
        );
      events.add(context.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    },
};

import { previewPlan } from '../../app/serve/plan-preview.ts';
import type { ApiParameters } from '../../contract/api.ts';
import { ApiFailure } from '../requests/api-failure.ts';
import { jsonBody } from '../requests/json-body.ts';
import type { Route } from './route.ts';

/** Parameters change rarely, and reading them all takes thousands of small files. */
const FRESH_MS = 10_000;
const USUAL_SECONDS = 5;

export const parametersRoute: Route = {
  method: 'GET',
  path: '/api/v1/tune/parameters',
  open: ({ nowMs }) => {
    let kept: { readonly atMs: number; readonly answer: Promise<ApiParameters> } | undefined;
    return async (context) => {
      if (kept === undefined || nowMs() - kept.atMs > FRESH_MS) {
        const answer = import('../../app/tune/host-parameters.ts').then(({ hostParameters }) =>
          hostParameters(),
        );
        kept = { atMs: nowMs(), answer };
        answer.catch(() => {
          kept = undefined;
        });
      }
      return context.json(await kept.answer);
    };
  },
};

export const planRoute: Route = {
  method: 'POST',
  path: '/api/v1/tune/plan',
  needs: 'tune',
  open: ({ options: { program }, onClose }) => {
    let running: AbortController | undefined;
    onClose(() => running?.abort());
    return async (context) => {
      const { planRequest } = await import('../requests/post-shapes.ts');
      const { netns = 'all', ports = [], forSeconds = USUAL_SECONDS } = await jsonBody(context, planRequest);
      if (running !== undefined)
        throw new ApiFailure(409, {
          attempted: 'plan changes',
          said: 'a plan is being made already',
          remedy: 'Wait for it.',
        });
      running = new AbortController();
      const stop = running;
      context.env.outgoing.once('close', () => stop.abort());
      try {
        return context.json(await previewPlan(program, { netns, ports, forSeconds }, stop.signal));
      } finally {
        running = undefined;
      }
    };
  },
};

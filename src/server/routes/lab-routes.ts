import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { LabRuns } from '../../app/serve/lab-runs.ts';
import type { ApiLabRun, ApiLabRuns, ApiScenarios } from '../../contract/api.ts';
import { rangeText } from '../../tcp/setting.ts';
import { EventStream } from '../events/event-stream.ts';
import { eventText } from '../events/event-text.ts';
import { ApiFailure } from '../requests/api-failure.ts';
import { jsonBody } from '../requests/json-body.ts';
import type { ServerContext } from '../server-env.ts';
import type { Handler, Route } from './route.ts';

const MOST_FOLLOWERS = 20;

/** A handler that has the lab; without --allow-lab it is never called. */
function withLab(
  part: Pick<Route, 'method' | 'path'>,
  handle: (context: ServerContext, lab: LabRuns) => Response | Promise<Response>,
): Route {
  return {
    ...part,
    needs: 'lab',
    open:
      ({ lab }): Handler =>
      (context) => {
        if (lab === null) throw noSuchRun();
        return handle(context, lab);
      },
  };
}

export const scenariosRoute = withLab({ method: 'GET', path: '/api/v1/lab/scenarios' }, async (context) => {
  const { allScenarios, settingsOf } = await import('../../app/lab/scenarios.ts');
  const scenarios = allScenarios.map((scenario) => ({
    name: scenario.name,
    title: scenario.purpose,
    settings: settingsOf(scenario).map((setting) => ({
      name: setting.name,
      value: String(setting.default),
      about: `${setting.meaning}: ${rangeText(setting)}`,
    })),
  }));
  return context.json({ scenarios } satisfies ApiScenarios);
});

export const labRunsRoute = withLab({ method: 'GET', path: '/api/v1/lab/runs' }, (context, lab) =>
  context.json({ runs: lab.list() } satisfies ApiLabRuns),
);

export const startLabRunRoute = withLab(
  { method: 'POST', path: '/api/v1/lab/runs' },
  async (context, lab) => {
    const { labRequest } = await import('../requests/post-shapes.ts');
    const request = await jsonBody(context, labRequest);
    if (lab.isPlaying)
      throw new ApiFailure(409, {
        attempted: `play ${request.scenario}`,
        said: 'another scenario is being played',
        remedy: 'Wait for its end, or stop it.',
      });
    return context.json((await lab.start(request)) satisfies ApiLabRun, 202);
  },
);

export const labRunRoute = withLab({ method: 'GET', path: '/api/v1/lab/runs/:id' }, (context, lab) =>
  context.json(runOf(context, lab)),
);

export const stopLabRunRoute = withLab(
  { method: 'POST', path: '/api/v1/lab/runs/:id/stop' },
  async (context, lab) => {
    const { id } = runOf(context, lab);
    const stopped = await lab.stop(id);
    if (stopped === undefined) throw noSuchRun();
    return context.json(stopped satisfies ApiLabRun);
  },
);

export const followLabRunRoute = withLab(
  { method: 'GET', path: '/api/v1/lab/runs/:id/events' },
  (context, lab) => {
    const run = runOf(context, lab);
    if (context.env.incoming.method === 'HEAD')
      return context.body(null, 200, { 'content-type': 'text/event-stream' });
    if (lab.followers(run.id) >= MOST_FOLLOWERS)
      throw new ApiFailure(503, { attempted: 'follow this run', said: 'too many viewers do' });
    const textOf = (now: ApiLabRun): string => eventText('run', JSON.stringify(now));
    const stream = new EventStream(context.env.outgoing, textOf(run));
    if (run.state === 'running') {
      const end = lab.follow(run.id, (now) => {
        stream.send(textOf(now));
        if (now.state !== 'running') stream.end();
      });
      stream.ended.then(end);
    } else stream.end();
    return RESPONSE_ALREADY_SENT;
  },
);

function runOf(context: ServerContext, lab: LabRuns): ApiLabRun {
  const run = lab.get(context.req.param('id') ?? '');
  if (run === undefined) throw noSuchRun();
  return run;
}

function noSuchRun(): ApiFailure {
  return new ApiFailure(404, {
    attempted: 'read the run',
    said: 'there is none of this id',
    remedy: 'The last 20 are kept, as long as the recorder runs.',
  });
}

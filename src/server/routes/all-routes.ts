import { consoleFileRoutes, consolePageRoutes } from '../console/console-routes.ts';
import { metricsRoute } from '../metrics/metrics-route.ts';
import { loginPageRoute, loginRoute, loginStyleRoute } from '../security/login-routes.ts';
import { eventsRoute } from './events-route.ts';
import { expositionRoute } from './exposition-route.ts';
import { healthRoute } from './health-route.ts';
import { incidentCaptureRoute, incidentRoute, incidentsRoute } from './incidents-routes.ts';
import {
  followLabRunRoute,
  labRunRoute,
  labRunsRoute,
  scenariosRoute,
  startLabRunRoute,
  stopLabRunRoute,
} from './lab-routes.ts';
import type { Route, Surroundings } from './route.ts';
import { seriesRoute } from './series-route.ts';
import { sessionRoute } from './session-route.ts';
import { socketsRoute } from './sockets-route.ts';
import { parametersRoute, planRoute } from './tune-routes.ts';

const fixedRoutes: readonly Route[] = [
  healthRoute,
  expositionRoute('/metrics', ({ options }) => metricsRoute(options.feed, options)),
  loginPageRoute,
  loginRoute,
  loginStyleRoute,
  sessionRoute,
  eventsRoute,
  seriesRoute,
  incidentsRoute,
  incidentRoute,
  incidentCaptureRoute,
  socketsRoute,
  parametersRoute,
  planRoute,
  scenariosRoute,
  labRunsRoute,
  startLabRunRoute,
  labRunRoute,
  stopLabRunRoute,
  followLabRunRoute,
  ...consolePageRoutes,
];

/** Everything that can be asked for. */
export function allRoutes({ consoleFiles }: Pick<Surroundings, 'consoleFiles'>): readonly Route[] {
  return [...fixedRoutes, ...consoleFileRoutes(consoleFiles)];
}

import type { ApiIncident, ApiIncidentList } from '../../contract/api.ts';
import { ApiFailure } from '../requests/api-failure.ts';
import { numberIn } from '../requests/query.ts';
import type { Route } from './route.ts';

const MOST = 1000;
const USUAL = 200;
const LAST_MS = 253_402_300_799_000;

export const incidentsRoute: Route = {
  method: 'GET',
  path: '/api/v1/incidents',
  open:
    ({ store }) =>
    (context) => {
      const sinceMs = numberIn(context, 'since', { least: 0, most: LAST_MS, otherwise: 0 });
      const most = numberIn(context, 'most', { least: 1, most: MOST, otherwise: USUAL });
      const incidents = store.read((reader) => reader.incidents({ sinceMs, most }));
      return context.json({ incidents } satisfies ApiIncidentList);
    },
};

export const incidentRoute: Route = {
  method: 'GET',
  path: '/api/v1/incidents/:id',
  open:
    ({ store }) =>
    (context) => {
      const id = context.req.param('id') ?? '';
      const found = store.read((reader) => reader.incident(id));
      if (found === undefined) throw noSuchIncident();
      const box = store.read((reader) => reader.blackBox(id));
      return context.json({
        incident: found.incident,
        detail: found.detail ?? null,
        blackBox:
          box === undefined ? null : { fromMs: box.fromMs, toMs: box.toMs, bytes: box.pcapng.byteLength },
      } satisfies ApiIncident);
    },
};

export const incidentCaptureRoute: Route = {
  method: 'GET',
  path: '/api/v1/incidents/:id/capture.pcapng',
  open:
    ({ store }) =>
    (context) => {
      const id = context.req.param('id') ?? '';
      const incident = store.read((reader) => reader.incident(id))?.incident;
      if (incident === undefined) throw noSuchIncident();
      const box = store.read((reader) => reader.blackBox(id));
      if (box === undefined)
        throw new ApiFailure(404, {
          attempted: 'read the black box',
          said: 'none was kept of this incident, or it had to make room for newer ones',
        });
      return context.body(Uint8Array.from(box.pcapng), 200, {
        'content-type': 'application/x-pcapng',
        'content-disposition': `attachment; filename="halfopen-${incident.id.replaceAll(/[^\w-]/g, '')}.pcapng"`,
      });
    },
};

function noSuchIncident(): ApiFailure {
  return new ApiFailure(404, {
    attempted: 'read the incident',
    said: 'there is none of this id',
    remedy: 'It may have been older than what is retained.',
  });
}

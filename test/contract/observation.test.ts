import { describe, expect, it } from 'vitest';
import { parseObservation } from '../../src/contract/observation.ts';
import { denied } from '../../src/tcp/reading.ts';
import {
  ends,
  makeCensus,
  makeEstablished,
  makeGroup,
  makeHandshake,
  makeListener,
  makeNamespace,
  makeObservation,
  makePackets,
  makeProcess,
  makeSocket,
  makeWaiting,
} from '../fixtures/observation.ts';

const full = makeObservation({
  namespaces: [
    makeNamespace({
      listeners: [makeListener({ cgroupId: '77', waiting: ends(makeWaiting({ count: 1, cookies: ['5'] })) })],
      sockets: ends(
        makeCensus({
          groups: {
            ...makeCensus().groups,
            closeWait: makeGroup([makeSocket({ state: 'CLOSE_WAIT', drops: 0 })]),
          },
          established: [makeEstablished({ total: 4 })],
        }),
      ),
      conntrack: { count: ends(3), max: 100, stat: ends({ drop: 0 }) },
      packets: makePackets({ handshakes: [makeHandshake()] }),
    }),
    makeNamespace({ inode: 2, sysctls: denied('sysctl', 'root') }),
  ],
  processes: [makeProcess({ container: 'abc', throttledShare: 0.2 })],
});
const asJson = (): Record<string, unknown> => JSON.parse(JSON.stringify(full)) as Record<string, unknown>;

describe('parseObservation', () => {
  it('reads back what was saved', () => {
    expect(parseObservation(asJson())).toEqual(full);
  });

  it('strips keys it does not know, at any depth', () => {
    const json = asJson();
    const host = { ...(json.host as object), colour: 'blue' };
    expect(parseObservation({ ...json, host, novelty: [1] })).toEqual(full);
  });

  it('points into the depth of the file', () => {
    const json = asJson();
    const namespaces = structuredClone(full.namespaces) as unknown as {
      listeners: { value: { port: unknown }[] };
    }[];
    const listener = namespaces[0]?.listeners.value[0];
    if (listener !== undefined) listener.port = 'http\u001b[2J';
    expect(() => parseObservation({ ...json, namespaces })).toThrow(
      'namespaces[0].listeners.value[0].port: expected number, found "http\\u001b[2J"',
    );
  });

  it('names an unknown reading status', () => {
    expect(() => parseObservation({ ...asJson(), softnet: { status: 'maybe' } })).toThrow(
      /softnet\.status: .*"maybe"/,
    );
  });

  it('refuses a newer version in so many words', () => {
    expect(() => parseObservation({ ...asJson(), observationVersion: 2 })).toThrow(
      'it has observationVersion 2, this halfopen reads version 1',
    );
  });

  it('tells a report from an observation', () => {
    expect(() => parseObservation({ schemaVersion: 1, findings: [] })).toThrow(
      'this is a report (doctor --json)',
    );
  });

  it.each([null, 3, 'x', [], {}])('refuses %j', (json) => {
    expect(() => parseObservation(json)).toThrow('cannot read the saved observation');
  });
});

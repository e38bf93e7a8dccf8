import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryReader } from '../../../src/app/history/history-reader.ts';
import { startRecorder } from '../../../src/app/record/recorder.ts';
import type { Recorder } from '../../../src/app/record/recorder-options.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import type { ListenerOptions } from '../../../src/lab/programs/options.ts';
import { listenerChannels, notMeasured } from '../../../src/tcp/recording/channel.ts';
import type { Incident } from '../../../src/tcp/recording/incident.ts';

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const;
const tool = { name: 'halfopen', version: '0.0.0' };
const PORT = 24_224;
const channelAt = (name: string): number => listenerChannels.findIndex((channel) => channel.name === name);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-recorder-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = {
  info: () => {},
  warn: (message: string) => said.push(message),
  error: (message: string) => said.push(`error: ${message}`),
};

function record(netns: string): Promise<Recorder> {
  const store = {
    file: path.join(folder, 'history.db'),
    limits: { retainSeconds: 86_400, maxBytes: 2 ** 26 },
  };
  return startRecorder({ tool, clock, netns, store, blackBoxBytes: 4 * 2 ** 20, log });
}

/** Resolves with the first incident of that kind and when it was told. */
function incidentOf(recorder: Recorder, finding: string): Promise<{ incident: Incident; atMs: number }> {
  return new Promise((resolve) => {
    recorder.subscribe((event) => {
      if (event.kind === 'incident' && event.incident.finding === finding)
        resolve({ incident: event.incident, atMs: Date.now() });
    });
  });
}

interface Burst {
  readonly cause: string;
  readonly server: Omit<ListenerOptions, 'address' | 'port'>;
  readonly stopServerMs?: number;
}

const bursts: readonly Burst[] = [
  { cause: 'process-stopped', server: { backlog: 16, mode: 'accept' }, stopServerMs: 300 },
  { cause: 'blocked', server: { backlog: 16, mode: 'never-accept' } },
];

describe.skipIf(process.getuid?.() !== 0)('the recorder (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it.each(bursts)('opens an incident within a second and keeps what happened: $cause', async (burst) => {
      using namespace = LabNamespace.create('rec');
      const address = loopback[family];
      const server = namespace.spawn('listener', { address, port: PORT, ...burst.server });
      await server.ready;
      const recorder = await record(namespace.name);
      await sleep(1500);
      const opened = incidentOf(recorder, 'accept-queue-overflow');
      if (burst.stopServerMs !== undefined) server.signal('SIGSTOP');
      const beganMs = Date.now();
      const clients = namespace.spawn('clients', { to: address, port: PORT, count: 60, close: 'never' });
      await clients.ready;
      const burstMs = Date.now();
      const { incident, atMs } = await opened;
      if (burst.stopServerMs !== undefined) server.signal('SIGCONT');
      expect(atMs - burstMs).toBeLessThan(1000);
      expect(incident).toMatchObject({ severity: 'critical', namespace: namespace.name, closedMs: null });
      await sleep(1200);
      await recorder.stop();
      using history = HistoryReader.open(path.join(folder, 'history.db'));
      const kept = history.incidents().find(({ id }) => id === incident.id);
      // The end of the recorder is the end of what it knows.
      expect(kept).toMatchObject({ finding: 'accept-queue-overflow', severity: 'critical' });
      expect(kept?.closedMs).not.toBeNull();
      const { detail } = history.incident(incident.id) ?? {};
      expect(detail?.finding.cause.id, detail?.finding.title).toBe(burst.cause);
      expect(detail?.peers[0]).toMatchObject({ address });
      expect(detail?.blackBox).toMatchObject({ status: 'kept' });
      expect(history.blackBox(incident.id)?.pcapng.length).toBeGreaterThan(60 * 100);
      const fromSecond = Math.floor(beganMs / 1000) - 1;
      const [series] = history.series({ fromSecond, toSecond: fromSecond + 10, kind: 'listener' });
      const values = (name: string): number[] =>
        [...(series?.columns[channelAt(name)] ?? [])].filter((value) => value !== notMeasured);
      expect(Math.max(...values('queueMax'))).toBe(17);
      expect(values('drops').reduce((sum, drops) => sum + drops, 0)).toBeGreaterThanOrEqual(43);
      expect(Math.max(...values('fullShare'))).toBeGreaterThan(0);
      expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
    });

    it('opens none for a server that keeps up', async () => {
      using namespace = LabNamespace.create('rec');
      const address = loopback[family];
      const server = namespace.spawn('listener', { address, port: PORT, backlog: 128, mode: 'accept' });
      await server.ready;
      const recorder = await record(namespace.name);
      let incidents = 0;
      recorder.subscribe(({ kind }) => {
        if (kind === 'incident') incidents++;
      });
      const clients = namespace.spawn('clients', {
        to: address,
        port: PORT,
        count: 200,
        ratePerSecond: 100,
        close: 'fin',
      });
      await clients.ready;
      await sleep(3500);
      await recorder.stop();
      expect(incidents).toBe(0);
      expect(said).toEqual([]);
    });
  });

  it('finds a namespace that comes later, names its listener’s program, and closes what was open when it goes', async () => {
    const recorder = await record('all');
    try {
      await sleep(1200);
      const opened = incidentOf(recorder, 'accept-queue-overflow');
      const namespace = LabNamespace.create('late');
      try {
        const server = namespace.spawn('listener', {
          address: '127.0.0.1',
          port: PORT,
          backlog: 8,
          mode: 'never-accept',
        });
        await server.ready;
        await namespace.spawn('clients', { to: '127.0.0.1', port: PORT, count: 40, close: 'never' }).ready;
        const { incident } = await opened;
        expect(incident.namespace).toBe(namespace.name);
        await sleep(2500);
        const subject = [...recorder.subjects.values()].find(({ about }) => about.port === PORT);
        expect(subject?.about).toMatchObject({ namespace: namespace.name, process: 'node' });
      } finally {
        namespace[Symbol.dispose]();
      }
      await sleep(2500);
      expect(recorder.openIncidents.filter(({ namespace: name }) => name === namespace.name)).toEqual([]);
    } finally {
      await recorder.stop();
    }
  });

  it('refuses a second recorder of the same store, and says who has it', async () => {
    const recorder = await record('self');
    try {
      await expect(record('self')).rejects.toThrow(`process ${process.pid}`);
    } finally {
      await recorder.stop();
    }
    await (await record('self')).stop();
  });
});

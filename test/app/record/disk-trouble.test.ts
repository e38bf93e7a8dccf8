import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryReader } from '../../../src/app/history/history-reader.ts';
import { LabNamespace } from '../../../src/lab/namespace.ts';

const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PORT = 4900 + (process.pid % 90);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let recorder: ChildProcess | undefined;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-disk-'));
  said = '';
});
afterEach(async () => {
  recorder?.kill('SIGKILL');
  if (recorder?.exitCode === null && recorder.signalCode === null) await once(recorder, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

function serveArgs(netns: string, store: string): string {
  return `exec ${process.execPath} ${program} serve --store ${store} --netns ${netns} --port ${PORT}`;
}

/** In a mount namespace of its own, after `before`. */
function start(before: string, netns: string, store: string): void {
  const script = `${before} ${serveArgs(netns, store)}`;
  recorder = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  recorder.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
}

async function untilSaid(words: string, withinMs = 15_000): Promise<void> {
  for (let waited = 0; !said.includes(words); waited += 50) {
    if (waited > withinMs) throw new Error(`"${words}" was not said:\n${said}`);
    await sleep(50);
  }
}

/** In the recorder's mount namespace. */
function inside(script: string): void {
  const run = spawnSync('nsenter', ['-t', String(recorder?.pid), '-m', 'sh', '-c', script], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
}

async function overflow(namespace: LabNamespace): Promise<void> {
  const server = namespace.spawn('listener', {
    address: '127.0.0.1',
    port: 80,
    backlog: 8,
    mode: 'never-accept',
  });
  await server.ready;
  await namespace.spawn('clients', { to: '127.0.0.1', port: 80, count: 40, close: 'never' }).ready;
}

async function healthMetric(name: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${PORT}/metrics`);
  return new RegExp(`^${name} (\\S+)$`, 'm').exec(await answer.text())?.[1];
}

describe.skipIf(process.getuid?.() !== 0)('a recorder whose disk fails it (needs root)', () => {
  it('goes on observing on a full disk, says so, and loses no incident', async () => {
    using namespace = LabNamespace.create('full');
    const store = path.join(folder, 'history.db');
    start(`mount -t tmpfs -o size=2m tmpfs ${folder} &&`, namespace.name, store);
    await untilSaid('watching');
    inside(`cat /dev/zero > ${folder}/filler 2>/dev/null; true`);
    await untilSaid('observing goes on');
    expect(said).toMatch(/cannot write a second.*full/);
    await overflow(namespace);
    await untilSaid('drops new connections');
    expect(await healthMetric('halfopen_recorder_store_problem')).toBe('1');
    await sleep(500);
    inside(`rm ${folder}/filler`);
    await untilSaid('writing again');
    expect(said).toMatch(/\d+ seconds were not kept/);
    recorder?.kill('SIGTERM');
    // The tmpfs goes with its mount namespace: what is in it is looked at before.
    inside(`sleep 0.7; cp ${store}* /dev/shm/ 2>/dev/null; true`);
    expect(said).not.toContain('lost');
  });

  it('begins on a read-only disk, and keeps what happened once it can be written', async () => {
    using namespace = LabNamespace.create('ro');
    const inner = path.join(folder, 'disk');
    const store = path.join(inner, 'history.db');
    start(
      `mkdir ${inner} && mount -t tmpfs -o size=8m tmpfs ${inner} && mount -o remount,ro ${inner} &&`,
      namespace.name,
      store,
    );
    await untilSaid('observing goes on');
    expect(said).toMatch(/read-only/);
    await untilSaid('watching');
    await overflow(namespace);
    await untilSaid('drops new connections');
    inside(`mount -o remount,rw ${inner}`);
    await untilSaid('writing again', 20_000);
    inside(`cp ${inner}/history.db* ${folder}/`);
    inside(`ls ${folder} >&2`);
    recorder?.kill('SIGTERM');
    if (recorder) await once(recorder, 'exit');
    using history = HistoryReader.open(path.join(folder, 'history.db'));
    const [incident] = history.incidents().filter(({ finding }) => finding === 'accept-queue-overflow');
    expect(incident?.subject).toBe('127.0.0.1:80');
    expect(history.incident(incident?.id ?? '')?.detail?.finding.title).toContain('drops new connections');
  });

  it('puts a file that turns out to be damaged aside, and begins a new one', async () => {
    using namespace = LabNamespace.create('damaged');
    const store = path.join(folder, 'history.db');
    start('', namespace.name, store);
    await untilSaid('watching');
    await sleep(2500);
    recorder?.kill('SIGTERM');
    if (recorder) await once(recorder, 'exit');
    // The first page, which says what it is and is looked at when it is opened, stays whole.
    const file = openSync(store, 'r+');
    const pages = Math.floor(fstatSync(file).size / 4096);
    for (let page = 1; page < pages; page++) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(file);
    said = '';
    start('', namespace.name, store);
    await untilSaid('put aside');
    await overflow(namespace);
    await untilSaid('drops new connections');
    recorder?.kill('SIGTERM');
    if (recorder) await once(recorder, 'exit');
    expect(readdirSync(folder).some((name) => name.includes('.damaged-'))).toBe(true);
    using history = HistoryReader.open(store);
    expect(history.incidents().map(({ finding }) => finding)).toContain('accept-queue-overflow');
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MetricsRoute, metricsRoute } from '../../src/server/metrics/metrics-route.ts';
import { anIncident, busyFeed, START, tell } from '../server/metrics/busy-feed.ts';

const plugin = fileURLToPath(new URL('../../deploy/munin/halfopen_', import.meta.url));
const graphs = ['queue', 'drops', 'states', 'incidents'];
const TOKEN = 'a-token-of-a-test';

let folder: string;
let server: Server;
let url: string;
let route: MetricsRoute;
let authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  const feed = busyFeed(2);
  feed.addListener(20, '10.0.0.1', 443, { namespace: 'a "b" \\ #1 ü' });
  route = metricsRoute(feed, { topListeners: 10 });
  tell(
    feed,
    START,
    { 10: { queueMax: 129, drops: 3_000_000 }, 11: { queueMax: 32 } },
    { established: 7, closeWait: 2 },
  );
  feed.incident(anIncident);
  server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization);
    if (request.url === '/slow') return;
    if (request.url === '/closed' && request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end();
      return;
    }
    const { contentType, body } = await route.handle(request.headers.accept ?? '');
    response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-munin-'));
  mkdirSync(path.join(folder, 'plugins'));
  for (const graph of [...graphs, 'nonsense'])
    symlinkSync(plugin, path.join(folder, 'plugins', `halfopen_${graph}`));
  writeFileSync(path.join(folder, 'token'), `${TOKEN}\n`);
  chmodSync(folder, 0o755);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  route.close();
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not spawnSync: the server it asks is in this process. */
function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH ?? '', ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

function graph(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return run(path.join(folder, 'plugins', `halfopen_${name}`), args, { url: `${url}/metrics`, ...env });
}

const awks = ['mawk', 'gawk'].filter((awk) => spawnSync('which', [awk]).status === 0);

describe.each(awks)('the munin plug-in, with %s', (awk) => {
  const env = (): Record<string, string> => {
    const bin = path.join(folder, awk);
    mkdirSync(bin, { recursive: true });
    rmSync(path.join(bin, 'awk'), { force: true });
    symlinkSync(spawnSync('which', [awk], { encoding: 'utf8' }).stdout.trim(), path.join(bin, 'awk'));
    return { PATH: `${bin}:${process.env.PATH}` };
  };

  it('queue: percent of the limit, by listener, IPv6 as well', async () => {
    const { status, stdout, stderr } = await graph('queue', [], env());
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'l_web_200_2e0_2e0_2e0_3a80.value 100.8',
        'l_web_20_5b_3a_3a_5d_3a81.value 25.0',
      ]),
    );
  });

  it('drops: whole numbers of a counter, also large ones', async () => {
    expect((await graph('drops', [], env())).stdout).toContain('l_web_200_2e0_2e0_2e0_3a80.value 3000000\n');
    const { stdout } = await graph('drops', ['config'], env());
    expect(stdout).toContain('l_web_200_2e0_2e0_2e0_3a80.type DERIVE\n');
    expect(stdout).toContain('l_web_200_2e0_2e0_2e0_3a80.min 0\n');
  });

  it('states and incidents', async () => {
    expect((await graph('states', [], env())).stdout.split('\n').sort()).toEqual([
      '',
      'close_wait.value 2',
      'established.value 7',
      'fin_wait.value 0',
      'syn_recv.value 0',
      'time_wait.value 0',
    ]);
    expect((await graph('incidents', [], env())).stdout).toBe(
      'critical.value 1\nwarning.value 0\ninfo.value 0\n',
    );
  });

  it.each(graphs)('%s: what is configured is what is fetched, in names munin takes', async (name) => {
    const config = (await graph(name, ['config'], env())).stdout;
    const fetched = (await graph(name, [], env())).stdout;
    const fields = [...config.matchAll(/^(\w+)\.label (.+)$/gm)];
    expect(fields.map(([, field]) => field)).toEqual(
      [...fetched.matchAll(/^(\S+)\.value /gm)].map(([, field]) => field),
    );
    for (const [, field = '', label = ''] of fields) {
      expect(field).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(label).not.toMatch(/[#\\]/);
    }
    expect(config).toMatch(/^graph_title \S/m);
    expect(config).toMatch(/^graph_vlabel \S/m);
    expect(config).toMatch(/^graph_category network$/m);
  });

  it('keeps names apart that are written with anything', async () => {
    expect((await graph('queue', ['config'], env())).stdout).toContain('.label a "b" _ _1 ü 10.0.0.1:443\n');
  });
});

describe('the munin plug-in', () => {
  it('autoconf says yes, or no and why, and ends with 0', async () => {
    expect(await graph('queue', ['autoconf'])).toMatchObject({ status: 0, stdout: 'yes\n' });
    const refused = await graph('queue', ['autoconf'], { url: 'http://127.0.0.1:1/metrics' });
    expect(refused.status).toBe(0);
    expect(refused.stdout).toMatch(/^no \(cannot read http:\/\/127\.0\.0\.1:1\/metrics: .*refused.*\)\n$/);
  });

  it('suggests its graphs', async () => {
    expect((await run(plugin, ['suggest'])).stdout).toBe(`${graphs.join('\n')}\n`);
  });

  it('sends the token of its file, and says what is missing', async () => {
    authorizations = [];
    const closed = { url: `${url}/closed` };
    expect(await graph('queue', [], closed)).toMatchObject({
      stdout: '',
      stderr: `cannot read ${url}/closed: 401 Unauthorized\n`,
    });
    expect((await graph('queue', [], closed)).status).not.toBe(0);
    expect(
      (await graph('queue', [], { ...closed, token_file: path.join(folder, 'token') })).stdout,
    ).toContain('.value');
    expect(authorizations.at(-1)).toBe(`Bearer ${TOKEN}`);
    const missing = await graph('queue', [], { ...closed, token_file: '/nonexistent' });
    expect(missing.stderr).toContain('cannot read /nonexistent: No such file');
    expect(missing.status).not.toBe(0);
  });

  it('by a name that is no graph: says which there are', async () => {
    const { status, stderr } = await graph('nonsense');
    expect(status).toBe(2);
    expect(stderr).toContain('halfopen_queue, halfopen_drops');
  });
});

// Root has .ci/run to install it: then a missing one is a failure.
describe.skipIf(process.getuid?.() !== 0)('munin-run (needs root)', () => {
  it.each(graphs)('runs halfopen_%s with its configuration', async (name) => {
    const sconf = path.join(folder, 'plugin-conf');
    writeFileSync(
      sconf,
      `[halfopen_*]\nuser root\nenv.url ${url}/closed\nenv.token_file ${folder}/token\nenv.warning 70\n`,
    );
    const munin = (...args: readonly string[]) =>
      run('munin-run', [
        '--ignore-systemd-properties',
        '--servicedir',
        path.join(folder, 'plugins'),
        '--sconffile',
        sconf,
        `halfopen_${name}`,
        ...args,
      ]);
    expect(await munin('autoconf')).toMatchObject({ status: 0, stdout: 'yes\n' });
    expect((await munin('suggest')).stdout).toBe(`${graphs.join('\n')}\n`);
    const config = await munin('config');
    expect(config.stdout).toContain('graph_title');
    if (name === 'queue') expect(config.stdout).toContain('.warning 70\n');
    expect(await munin()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\w+\.value \d/) });
  });
});

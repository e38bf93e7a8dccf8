import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { connectNamespaces, type Link } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { isPrivate } from '../../src/lab/private-ranges.ts';
import { firstLine, imports, startScript } from './other-lab.ts';

const program = fileURLToPath(new URL('../../dist/lab/programs/spoof.js', import.meta.url));
const one = { to: '10.90.0.2', port: 80, sourcePrefix: '10.91.0.0/16', count: 1 } as const;
const macs = { sourceMac: '02:00:00:00:00:01', destinationMac: '02:00:00:00:00:02' } as const;

const made: LabNamespace[] = [];
const foreign: string[] = [];
const running: ChildProcess[] = [];

function staged(): { client: LabNamespace; server: LabNamespace; link: Link } {
  const [client, server] = [LabNamespace.create('client'), LabNamespace.create('server')];
  made.push(client, server);
  return { client, server, link: connectNamespaces(client, server) };
}

/** A namespace that somebody else made. */
function strangers(): string {
  const name = `stranger-${process.pid}-${foreign.length}`;
  ip('netns', 'add', name);
  foreign.push(name);
  return name;
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** The program as a person could start it, from anywhere. */
async function forge(
  device: string,
  before: readonly string[] = [],
): Promise<{ exitCode: number; said: string }> {
  const options = JSON.stringify({ device, ...macs, ...one });
  const [command = '', ...args] = [...before, process.execPath, program, options];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode, said };
}

describe.skipIf(process.getuid?.() !== 0)('forged segments are refused (needs root)', () => {
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    for (const namespace of made.splice(0)) namespace.dispose();
    for (const name of foreign.splice(0)) spawnSync('ip', ['netns', 'delete', name]);
  });

  const inside = ({ name }: LabNamespace): string[] => ['ip', 'netns', 'exec', name];

  test('not in a namespace of the lab that leads nowhere else', async () => {
    const { client, link } = staged();
    client.run('ip', ['tuntap', 'add', 'dev', 'tun0', 'mode', 'tun']);
    client.run('ip', ['link', 'add', 'self0', 'type', 'veth', 'peer', 'name', 'self1']);
    const { exitCode, said } = await forge(link.a.device, inside(client));
    expect(said).toMatch(/^ready .*\ndone \{"sent":1,/);
    expect(exitCode).toBe(0);
  });

  test("in the host's namespace", async () => {
    const { exitCode, said } = await forge('lo');
    expect(exitCode).toBe(3);
    expect(said).toMatch(
      /^cannot forge TCP segments in network namespace \d+: it is the host's own\nForged segments are only sent inside/,
    );
  });

  test('in a namespace that somebody else made', async () => {
    const { exitCode, said } = await forge('lo', ['ip', 'netns', 'exec', strangers()]);
    expect(exitCode).toBe(3);
    expect(said).toMatch(/^cannot forge TCP segments in network namespace \d+: no running lab made it\n/);
  });

  test('in a namespace of a lab that has ended', async () => {
    const lab = startScript(
      `${imports} console.log(LabNamespace.create('dead').name); setInterval(() => {}, 1000);`,
    );
    running.push(lab);
    const name = await firstLine(lab);
    lab.kill('SIGKILL');
    await once(lab, 'exit');
    const { exitCode, said } = await forge('lo', ['ip', 'netns', 'exec', name]);
    foreign.push(name);
    expect(exitCode).toBe(3);
    expect(said).toMatch(/no running lab made it/);
  });

  test("where a link leads to somebody else's namespace", async () => {
    const { client, link } = staged();
    client.run('ip', ['link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'in0', 'netns', strangers()]);
    const { exitCode, said } = await forge(link.a.device, inside(client));
    expect(exitCode).toBe(3);
    expect(said).toMatch(
      /^cannot forge TCP segments in a namespace which out0 in hop-client-\S+ leads out of: its other end is in a namespace that is not a running lab's\n/,
    );
  });

  test('where the namespace next door leads out', async () => {
    const { client, server, link } = staged();
    server.run('ip', ['link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'in0', 'netns', strangers()]);
    const { exitCode, said } = await forge(link.a.device, inside(client));
    expect(exitCode).toBe(3);
    expect(said).toMatch(/which out0 in hop-server-\S+ leads out of/);
  });

  test.each(['bridge', 'ifb'])('where there is a device of another kind: %s', async (kind) => {
    const { client, link } = staged();
    client.run('ip', ['link', 'add', 'other0', 'type', kind]);
    const { exitCode, said } = await forge(link.a.device, inside(client));
    expect(exitCode).toBe(3);
    expect(said).toMatch(
      new RegExp(`which other0 in hop-client-\\S+ leads out of: its kind is ${kind}, not veth, tun or dummy`),
    );
  });

  test('from or to public addresses, in the words of the lab', async () => {
    const { client, link } = staged();
    for (const wrong of [
      { sourcePrefix: '10.0.0.0/7' },
      { sourcePrefix: '2001:db8::/64' },
      { to: '192.0.2.1' },
    ]) {
      const options = { device: link.a.device, ...macs, ...one, ...wrong };
      const refused = client.spawn('spoof', options);
      await expect(refused.done).rejects.toThrow(/neither in 10\.0\.0\.0\/8, 172\.16\.0\.0\/12/);
    }
  });
});

describe('private ranges: RFC 1918 and RFC 4193', () => {
  test.each([
    ['10.0.0.0/8', true],
    ['10.255.255.255', true],
    ['172.16.0.0/12', true],
    ['172.31.0.0/16', true],
    ['192.168.3.0/24', true],
    ['fc00::/7', true],
    ['fd91::/64', true],
    ['10.0.0.0/7', false],
    ['9.255.255.255', false],
    ['11.0.0.0/8', false],
    ['172.16.0.0/11', false],
    ['172.32.0.0/16', false],
    ['192.169.0.0/16', false],
    ['192.0.2.0/24', false],
    ['127.0.0.1', false],
    ['fe80::/64', false],
    ['fc00::/6', false],
    ['::/0', false],
  ])('%s: %s', (prefix, expected) => {
    expect(isPrivate(prefix)).toBe(expected);
  });
});

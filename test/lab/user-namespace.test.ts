import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asNobody, publicCopy } from '../cli/start-program.ts';
import { firstLine, programsOf, runCommand, runScript, scriptCommand, startScript } from './other-lab.ts';

interface Staged {
  readonly uid: number;
  readonly while: readonly string[];
  readonly after: readonly string[];
  readonly somaxconn: string;
  readonly connected: number;
  readonly refused: number;
  readonly flooded: number;
  readonly tun: boolean;
  readonly tunDevice: boolean;
}

interface Refusal {
  readonly exitCode: number;
  readonly message: string;
}

/** In the words of a shell, for `su -c`. */
const shell = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

describe.skipIf(process.getuid?.() !== 0)('the lab without root (giving it up needs root)', () => {
  let copy: ReturnType<typeof publicCopy>;
  let devices: string;

  beforeAll(() => {
    copy = publicCopy();
    devices = mkdtempSync(path.join(tmpdir(), 'halfopen-devices-'));
  });
  afterAll(() => {
    copy?.remove();
    rmSync(devices, { recursive: true });
  });

  const imported = (): string =>
    ['prepare-lab', 'namespace', 'link', 'firewall']
      .map((file) => `import * as ${file.replace('-', '_')} from '${copy.folder}/build/lab/${file}.js';`)
      .join('\n');

  /** Everything a scenario is made of, and what the lab's own /run/netns looks like meanwhile and afterwards. */
  const stage = (): string => `
    ${imported()}
    import { readdirSync } from 'node:fs';
    const { prepareLab, tunAvailable } = prepare_lab;
    prepareLab();
    const a = namespace.LabNamespace.create('client');
    const b = namespace.LabNamespace.create('server');
    const ends = link.connectNamespaces(a, b);
    b.setSysctl('net.core.somaxconn', 7);
    firewall.setFirewall(b, [{ hook: 'input', destinationPort: 81, verdict: 'tcp-reset' }]);
    await b.spawn('listener', { address: '::', dualStack: true, port: 80, backlog: 64, read: true }).ready;
    const connected = await a.spawn('clients', { to: 'fd90::2', port: 80, count: 5, sendBytes: 3 }).done;
    const refused = await a.spawn('clients', { to: '10.90.0.2', port: 81, count: 2 }).done;
    link.swallowReplies(ends.a, ends.b, '10.91.0.0/16');
    const flood = await a.spawn('spoof', {
      device: ends.a.device, sourceMac: ends.a.mac, destinationMac: ends.b.mac,
      to: '10.90.0.2', port: 80, sourcePrefix: '10.91.0.0/16', count: 100,
    }).done;
    const inside = readdirSync('/run/netns');
    let tunDevice = true;
    try { b.run('ip', ['tuntap', 'add', 'dev', 'tun0', 'mode', 'tun']); } catch { tunDevice = false; }
    const somaxconn = b.getSysctl('net.core.somaxconn');
    a.dispose();
    b.dispose();
    console.log(JSON.stringify({
      uid: process.getuid(), while: inside, after: readdirSync('/run/netns'), somaxconn,
      connected: connected.established, refused: refused.refused, flooded: flood.sent,
      tun: tunAvailable(), tunDevice,
    }));`;

  const works = {
    uid: 0,
    while: [expect.stringMatching(/^hop-client-/), expect.stringMatching(/^hop-server-/)],
    after: [],
    somaxconn: '7',
    connected: 5,
    refused: 2,
    flooded: 100,
  };

  test.each([
    ['unshare -Urn', [...asNobody, 'unshare', '-Urn']],
    ['unshare -Urnm, which has a mount namespace already', [...asNobody, 'unshare', '-Urnm']],
  ])('as nobody, by %s: a scenario works as for root', async (_, before) => {
    const staged = await runScript<Staged>(stage(), before);
    expect(staged).toMatchObject(works);
    expect(staged.tunDevice).toBe(staged.tun);
  });

  test('as nobody, by su', async () => {
    const script = shell(['unshare', '-Urn', ...scriptCommand(stage())]);
    const staged = await runCommand<Staged>(['su', 'nobody', '-s', '/bin/sh', '-c', script]);
    expect(staged).toMatchObject(works);
  });

  test('tun devices too, where everybody may open /dev/net/tun', async () => {
    // As udev makes it on desktops and servers; only this process and its children see it.
    const node = `mknod ${devices}/tun c 10 200 && chmod 666 ${devices}/tun && chmod 755 ${devices}`;
    const everybodys = `${node} && mount --bind ${devices}/tun /dev/net/tun && exec "$@"`;
    const before = ['unshare', '--mount', 'sh', '-c', everybodys, 'sh', ...asNobody, 'unshare', '-Urn'];
    expect(await runScript<Staged>(stage(), before)).toMatchObject({ ...works, tun: true, tunDevice: true });
  });

  test('killed with SIGKILL it leaves nothing, without any cleaning', async () => {
    const script = `${stage().replace('a.dispose();', "console.log('staged'); await new Promise(() => setInterval(() => {}, 1000));")}`;
    const lab = startScript(script, [...asNobody, 'unshare', '-Urn']);
    try {
      await firstLine(lab);
      // The other programs have said all they had to say, and may still be ending.
      await expect.poll(() => programsOf(lab.pid ?? -1), { timeout: 10_000 }).toHaveLength(1);
    } finally {
      lab.kill('SIGKILL');
    }
    await expect.poll(() => programsOf(lab.pid ?? -1), { timeout: 10_000 }).toEqual([]);
  });

  const refusal = (): string => `
    ${imported()}
    try { prepare_lab.prepareLab(); console.log('{"exitCode":0}'); }
    catch ({ exitCode, message }) { console.log(JSON.stringify({ exitCode, message })); }`;

  const asksForRoot =
    /^cannot run the lab on this host: it needs CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN\n/;

  test('as nobody alone: exit 3, and how to do it', async () => {
    const { exitCode, message } = await runScript<Refusal>(refusal(), asNobody);
    expect(exitCode).toBe(3);
    expect(message).toMatch(asksForRoot);
    expect(message).toContain('unshare -Urn halfopen lab run');
  });

  test('where user namespaces are used up or forbidden, they are not recommended', async () => {
    const forbid = 'echo 1 > /proc/sys/user/max_user_namespaces && exec unshare -U --map-user=1000 "$@"';
    const before = [...asNobody, 'unshare', '-Ur', 'sh', '-c', forbid, 'sh'];
    const { exitCode, message } = await runScript<Refusal>(refusal(), before);
    expect(exitCode).toBe(3);
    expect(message).toMatch(asksForRoot);
    expect(message).toMatch(/not to be had here: unshare: .*No space left/);
    expect(message).not.toContain('unshare -Urn halfopen');
  });

  test('root without the rights, as in a container', async () => {
    const before = ['setpriv', '--bounding-set', '-net_admin', '--inh-caps', '-net_admin'];
    const { exitCode, message } = await runScript<Refusal>(refusal(), before);
    expect(exitCode).toBe(3);
    expect(message).toMatch(/it needs CAP_NET_ADMIN\nRoot alone/);
  });

  test.each([
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
  ])('without %s: which package has it', async (tool, debianPackage) => {
    // Nothing that could be executed is left under these names.
    const hide = `for f in $(which -a ${tool} iptables-restore); do mount --bind /dev/null $f; done; exec "$@"`;
    const before = ['unshare', '--mount', 'sh', '-c', hide, 'sh'];
    const { exitCode, message } = await runScript<Refusal>(refusal(), before);
    expect(exitCode).toBe(3);
    expect(message).toContain(`Debian package ${debianPackage}.`);
  });
});

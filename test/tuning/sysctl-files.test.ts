import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lintSysctl } from '../../src/app/tune/lint-sysctl.ts';
import { type FoundFile, findSysctlFiles } from '../../src/kernel/sysctl/find-sysctl-files.ts';
import { readParameter } from '../../src/kernel/sysctl/read-parameter.ts';
import { readSysctlFile } from '../../src/kernel/sysctl/read-sysctl-file.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'halfopen-root-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, text = `# ${name}\n`): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const names = (files: readonly FoundFile[]): string[] => files.map(({ file }) => path.relative(root, file));

describe('the order of files', () => {
  it('is by name over all folders, earlier folders hide later ones, and sysctl.conf comes last', () => {
    for (const name of [
      'usr/lib/sysctl.d/50-default.conf',
      'usr/lib/sysctl.d/10-first.conf',
      'usr/local/lib/sysctl.d/50-default.conf',
      'run/sysctl.d/60-run.conf',
      'etc/sysctl.d/50-default.conf',
      'etc/sysctl.d/README',
      'lib/sysctl.d/99-lib.conf',
      'etc/sysctl.conf',
    ])
      put(name);
    expect(names(findSysctlFiles(root).files)).toEqual([
      'usr/lib/sysctl.d/10-first.conf',
      'etc/sysctl.d/50-default.conf',
      'run/sysctl.d/60-run.conf',
      'lib/sysctl.d/99-lib.conf',
      'etc/sysctl.conf',
    ]);
  });

  it('has a linked sysctl.conf once, where it is read last', () => {
    put('etc/sysctl.conf');
    put('etc/sysctl.d/99-zz.conf');
    symlinkSync('../sysctl.conf', path.join(root, 'etc/sysctl.d/99-sysctl.conf'));
    for (const written of [root, path.relative(process.cwd(), root), `${root}/`]) {
      const found = findSysctlFiles(written);
      expect(names(found.files)).toEqual(['etc/sysctl.d/99-zz.conf', 'etc/sysctl.conf']);
      expect(found.mainIsLinked).toBe(true);
    }
  });

  it('follows absolute links inside of the other root, and lets /dev/null hide a file', async () => {
    put('srv/real.conf', 'net.ipv4.tcp_sack = 0\n');
    put('usr/lib/sysctl.d/50-hidden.conf');
    mkdirSync(path.join(root, 'etc/sysctl.d'), { recursive: true });
    symlinkSync('/srv/real.conf', path.join(root, 'etc/sysctl.d/40-link.conf'));
    symlinkSync('/dev/null', path.join(root, 'etc/sysctl.d/50-hidden.conf'));
    const found = findSysctlFiles(root);
    expect(names(found.files)).toEqual(['etc/sysctl.d/40-link.conf']);
    expect(found.errors).toEqual([]);
    expect((await lintSysctl({ files: [], root })).lines).toMatchObject([
      { file: path.join(root, 'etc/sysctl.d/40-link.conf'), parameter: 'net.ipv4.tcp_sack' },
    ]);
  });

  it('waits for no pipe', () => {
    mkdirSync(path.join(root, 'etc/sysctl.d'), { recursive: true });
    spawnSync('mkfifo', [path.join(root, 'etc/sysctl.d/10-pipe.conf')]);
    expect(findSysctlFiles(root)).toMatchObject({
      files: [],
      errors: [{ message: 'it is no regular file' }],
    });
  });

  it('names links that lead nowhere or in a circle', () => {
    mkdirSync(path.join(root, 'etc/sysctl.d'), { recursive: true });
    symlinkSync('nowhere', path.join(root, 'etc/sysctl.d/10-a.conf'));
    symlinkSync('20-b.conf', path.join(root, 'etc/sysctl.d/20-b.conf'));
    symlinkSync('sysctl.conf', path.join(root, 'etc/sysctl.conf'));
    const { files, errors } = findSysctlFiles(root);
    expect(files).toEqual([]);
    expect(errors).toMatchObject(
      [{ message: /ENOENT/ }, { message: /circle/ }, { message: /circle/ }].map(({ message }) => ({
        message: expect.stringMatching(message),
      })),
    );
  });

  it.skipIf(spawnSync('unshare', ['-nm', 'sysctl', '--version']).status !== 0)(
    'is the one procps has: the values that stay in force',
    async () => {
      put('usr/lib/sysctl.d/60-b.conf', 'net.ipv4.tcp_fin_timeout = 32\nnet.ipv4.tcp_retries1 = 4 # four\n');
      put(
        'etc/sysctl.d/50-a.conf',
        'net.ipv4.tcp_fin_timeout = 31\nnet.ipv4.conf.lo.rp_filter=1\nnet/ipv4/tcp_frto = 1\n',
      );
      put('usr/lib/sysctl.d/50-a.conf', 'net.ipv4.tcp_retries2 = 9\n');
      put(
        'run/sysctl.d/55-c.conf',
        'net.ipv4.tcp_retries2 = 8\r\n  ; x\nnet.ipv4.tcp_orphan_retries 3\n- net.ipv4.tcp_sack = 0',
      );
      put(
        'etc/sysctl.conf',
        'net.ipv4.tcp_retries1 = 6\nnet.ipv4.conf.*.rp_filter = 2\nnet.ipv4.tcp_ecn = 9\nnet.ipv4.tcp_reordering = 010',
      );
      const lint = await lintSysctl({ files: [], root });
      const inForce = lint.lines.filter(({ effective, problem }) => effective && problem !== 'refused');
      const wanted = new Map(
        inForce
          .filter(({ parameter }) => !parameter.includes('*'))
          .map(({ parameter, value }) => [parameter, value]),
      );
      expect(Object.fromEntries(wanted)).toEqual({
        'net.ipv4.conf.lo.rp_filter': '1',
        'net.ipv4.tcp_frto': '1',
        'net.ipv4.tcp_retries2': '8',
        'net.ipv4.tcp_fin_timeout': '32',
        'net.ipv4.tcp_retries1': '6',
        'net.ipv4.tcp_reordering': '010',
      });
      const read = ['net.ipv4.tcp_orphan_retries', 'net.ipv4.tcp_sack', 'net.ipv4.tcp_ecn', ...wanted.keys()];
      expect(valuesAfter('sysctl -q --system', read)).toEqual({
        ...Object.fromEntries(wanted),
        'net.ipv4.tcp_reordering': '8',
        'net.ipv4.tcp_orphan_retries': '0',
        'net.ipv4.tcp_sack': '1',
        'net.ipv4.tcp_ecn': '2',
      });
    },
  );
});

const systemd = ['/usr/lib/systemd/systemd-sysctl', '/lib/systemd/systemd-sysctl'].find(existsSync);

describe('where procps and systemd differ', () => {
  it.skipIf(systemd === undefined || spawnSync('unshare', ['-nm', 'sysctl', '--version']).status !== 0)(
    'names the values of both',
    async () => {
      put('etc/sysctl.conf', 'net.ipv4.tcp_frto = 1\nnet.ipv4.tcp_retries1 = 5\n');
      put('etc/sysctl.d/99-tuning.conf', 'net.ipv4.tcp_frto = 0\n-net.ipv4.tcp_retries1\n');
      put('run/sysctl.d/50-a.conf', '/net/ipv4/tcp_retries2 = 9\n/proc/sys/net/ipv4/tcp_sack = 0\n');
      put('usr/lib/sysctl.d/50-a.conf');
      symlinkSync('../sysctl.conf', path.join(root, 'etc/sysctl.d/99-sysctl.conf'));
      const { notes, lines, errors } = await lintSysctl({ files: [], root });
      expect(notes).toMatchObject([
        expect.stringMatching(
          /^net\.ipv4\.tcp_frto: at boot systemd-sysctl ends with “0” \(.*sysctl --system with “1”/,
        ),
      ]);
      expect(lines.find(({ parameter }) => parameter === 'net.ipv4.tcp_retries2')?.value).toBe('9');
      expect(errors).toMatchObject([
        { line: 2, message: expect.stringMatching(/meant is net\.ipv4\.tcp_sack/) },
      ]);
      const read = ['frto', 'retries1', 'retries2', 'sack'].map((name) => `net.ipv4.tcp_${name}`);
      expect(Object.values(valuesAfter('sysctl -q --system', read))).toEqual(['1', '5', '9', '1']);
      expect(Object.values(valuesAfter(systemd ?? '', read))).toEqual(['0', '3', '9', '1']);
    },
  );
});

/** What parameters of a new namespace are after a program has read the files below `root` as the host's. */
function valuesAfter(program: string, read: readonly string[]): Readonly<Record<string, string>> {
  const folders = ['etc/sysctl.d', 'run/sysctl.d', 'usr/lib/sysctl.d'].map(
    (folder) => `mkdir -p /${folder} && mount --bind '${root}/${folder}' /${folder}`,
  );
  const script = [
    'mount --make-rprivate /',
    'mount -t tmpfs none /run && mkdir /run/sysctl.d',
    ...folders,
    `mount --bind '${root}/etc/sysctl.conf' /etc/sysctl.conf`,
    '[ ! -d /usr/local/lib/sysctl.d ] || mount -t tmpfs none /usr/local/lib/sysctl.d',
    `${program} >/dev/null 2>&1`,
    ...read.map((name) => `sysctl -n ${name}`),
  ].join('\n');
  const ended = spawnSync('unshare', ['-nm', 'sh'], { input: script, encoding: 'utf8' });
  const values = ended.stdout.trim().split('\n');
  return Object.fromEntries(read.map((name, i) => [name, values[i] ?? '']));
}

describe('files that are no configuration', () => {
  it.each([
    ['a folder', (): string => root, /folder/],
    ['a missing file', (): string => path.join(root, 'none.conf'), /does not exist/],
    ['endless bytes', (): string => '/dev/zero', /more than any configuration/],
  ] as const)('%s', async (_, make, words) => {
    const file = make();
    expect(readSysctlFile(file).status).not.toBe('ok');
    await expect(lintSysctl({ files: [file] })).rejects.toThrow(words);
    const beside = await lintSysctl({ files: [file, put('ok.conf', 'net.ipv4.tcp_sack = 0\n')] });
    expect(beside.lines).toMatchObject([{ judgement: 'harmful' }]);
    expect(beside.errors).toMatchObject([{ file, message: expect.stringMatching(words) }]);
    expect(beside.errors[0]).not.toHaveProperty('line');
  });

  it('reads what is text in binary garbage', async () => {
    const file = path.join(root, 'garbage.conf');
    writeFileSync(
      file,
      Buffer.from([
        0x7f,
        0x45,
        0x4c,
        0x46,
        0,
        0xff,
        0x0a,
        ...Buffer.from('net.ipv4.tcp_sack = 0\n'),
        0xfe,
        0x3d,
        0x31,
      ]),
    );
    const lint = await lintSysctl({ files: [file] });
    expect(lint.lines).toMatchObject([{ line: 2, judgement: 'harmful' }]);
    expect(lint.errors).toEqual([1, 3].map((line) => ({ file, line, message: 'this is not text' })));
  });

  it('a root without any files', async () => {
    await expect(lintSysctl({ files: [], root })).rejects.toThrow(/there are none/);
  });

  it('a file that may not be read, beside one that may', async () => {
    const secret = put('etc/sysctl.d/10-secret.conf', 'net.ipv4.tcp_sack = 0\n');
    put('etc/sysctl.d/20-open.conf', 'net.ipv4.tcp_sack = 1\n');
    chmodSync(secret, 0);
    const lint = await lintSysctl({ files: [], root });
    if (process.getuid?.() === 0) expect(lint.files).toHaveLength(2);
    else expect(lint.errors).toMatchObject([{ file: secret, message: expect.stringMatching(/permission/) }]);
  });
});

describe('notes', () => {
  it('warns where systemd-sysctl does not read /etc/sysctl.conf at boot', async () => {
    put('etc/sysctl.conf', '# only\nnet.ipv4.tcp_sack = 1\n');
    expect((await lintSysctl({ files: [], root })).notes).toMatchObject([
      expect.stringMatching(/not by systemd-sysctl/),
    ]);
    mkdirSync(path.join(root, 'etc/sysctl.d'));
    symlinkSync('/etc/sysctl.conf', path.join(root, 'etc/sysctl.d/99-sysctl.conf'));
    expect((await lintSysctl({ files: [], root })).notes).toEqual([]);
  });

  it('but not for comments alone', async () => {
    put('etc/sysctl.conf', '# nothing\n\n');
    expect((await lintSysctl({ files: [], root })).notes).toEqual([]);
  });
});

describe('values of this namespace', () => {
  it('one, one for each interface, or none', () => {
    put('sys/net/core/somaxconn', '4096\n');
    put('sys/net/ipv4/conf/all/rp_filter', '0\n');
    put('sys/net/ipv4/conf/eth0.100/rp_filter', '2\n');
    const sys = path.join(root, 'sys');
    expect(readParameter('net.core.somaxconn', sys)).toEqual([{ of: '', value: '4096' }]);
    expect(readParameter('net.ipv4.conf.*.rp_filter', sys)).toEqual([
      { of: 'all', value: '0' },
      { of: 'eth0.100', value: '2' },
    ]);
    expect(readParameter('net.ipv4.tcp_tw_recycle', sys)).toEqual([]);
    expect(readParameter('net.nosuch.*.x', sys)).toEqual([]);
  });
});

import { chmodSync, chownSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listApplied } from '../../../src/app/tune/roll-back-tuning.ts';
import { Crash, checkpointsOf, crashAt, Image, nginxFile, sysctlChange } from './image.ts';

const dropIn = 'etc/sysctl.d/90-halfopen.conf';

describe('apply', () => {
  it('writes the values, what makes them last with its reasons, and the one line of the configuration', () => {
    using image = new Image();
    const { steps } = image.apply();
    expect(steps.map(({ outcome }) => outcome)).toEqual(['made', 'made', 'made', 'made']);
    expect(image.read('proc/sys/net/core/somaxconn')).toBe('4096\n');
    expect(image.read(dropIn)?.split('\n').slice(1)).toEqual([
      '# reason 1',
      'net.core.somaxconn = 4096',
      '# reason 2',
      'net.ipv4.tcp_syncookies = 1',
      '',
    ]);
    expect(image.read(nginxFile)).toBe('http {\r\n  listen 80 backlog=4096;\r\n  # Ü\r\n}');
    expect(image.everything['etc/nginx/nginx.conf']).toMatch(new RegExp(`^${0o100640} `));
  });

  it('leaves alone what is so already', () => {
    using image = new Image();
    image.apply();
    const again = image.plan([sysctlChange(1, 'net.core.somaxconn', '128', '4096')]);
    expect(image.apply(undefined, again).steps[0]?.outcome).toBe('so already');
  });

  it('stops where something fails, with the reason', () => {
    using image = new Image();
    const edit = { ...image.nginxEdit(2), edit: { line: 2, before: 'x', after: 'y' } };
    const plan = image.plan([
      sysctlChange(1, 'net.core.somaxconn', '128', '4096'),
      edit,
      sysctlChange(3, 'net.ipv4.tcp_syncookies', '0', '1'),
    ]);
    const { steps } = image.apply(undefined, plan);
    expect(steps).toMatchObject([
      { outcome: 'made' },
      { outcome: 'failed', said: 'line 2 is not what the plan saw' },
      { outcome: 'not reached' },
      { outcome: 'not reached' },
    ]);
    expect(image.read('proc/sys/net/ipv4/tcp_syncookies')).toBe('0\n');
    expect(image.rollBack()?.steps).toMatchObject([{ what: 'net.core.somaxconn', outcome: 'restored' }]);
  });

  it('tells lines that win at the next boot', () => {
    using image = new Image();
    image.put('etc/sysctl.d/99-own.conf', '# tuned\nnet.core.somaxconn=1024\nnet.ipv4.tcp_syncookies=1\n');
    expect(image.apply().later).toEqual([
      {
        parameter: 'net.core.somaxconn',
        value: '1024',
        file: path.join(image.root, 'etc/sysctl.d/99-own.conf'),
        line: 2,
      },
    ]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a configuration of somebody else (needs root)', () => {
  const nobody = 65_534;
  const chown = (image: Image): void => {
    chmodSync(image.folder, 0o755);
    const file = path.join(image.root, nginxFile);
    for (const path_ of [file, path.dirname(file)]) chownSync(path_, nobody, nobody);
  };

  it('is edited with his rights and stays his', () => {
    using image = new Image();
    chown(image);
    const before = image.everything;
    expect(image.apply().steps.every(({ outcome }) => outcome === 'made')).toBe(true);
    expect(statSync(path.join(image.root, nginxFile))).toMatchObject({ uid: nobody, gid: nobody });
    expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
    image.rollBack();
    expect(image.everything).toEqual(before);
    expect(statSync(path.join(image.root, nginxFile))).toMatchObject({ uid: nobody, gid: nobody });
  });

  it('does not lead root elsewhere: a link in its place is refused', () => {
    using image = new Image();
    chown(image);
    const plan = image.plan([image.nginxEdit(1)]);
    const target = path.join(image.root, 'etc/secret');
    renameSync(path.join(image.root, nginxFile), target);
    symlinkSync(target, path.join(image.root, nginxFile));
    const [step] = image.apply(undefined, plan).steps;
    expect(step).toMatchObject({ outcome: 'failed', said: expect.stringContaining('is a symbolic link') });
    expect(image.read('etc/secret')).not.toContain('backlog');
  });
});

describe('rollback', () => {
  it('leaves everything as it was, and no more', () => {
    using image = new Image();
    const before = image.everything;
    image.apply();
    expect(image.everything).not.toEqual(before);
    expect(image.rollBack()?.steps.map(({ outcome }) => outcome)).toEqual(Array(4).fill('restored'));
    expect(image.everything).toEqual(before);
    expect(image.rollBack()).toBeNull();
  });

  it('puts back a drop-in that was there, byte for byte', () => {
    using image = new Image();
    image.put(dropIn, 'net.core.somaxconn=1 \n\n# mine\nnet.ipv4.tcp_fin_timeout = 30');
    const before = image.everything;
    image.apply();
    expect(image.read(dropIn)).toMatch(/^\n# mine\nnet\.ipv4\.tcp_fin_timeout = 30\n# reason 1\n/);
    image.rollBack();
    expect(image.everything).toEqual(before);
  });

  it('of two goes back one by one, the last one first', () => {
    using image = new Image();
    const states = [image.everything];
    image.apply();
    states.push(image.everything);
    image.apply(undefined, image.plan([sysctlChange(1, 'net.core.somaxconn', '4096', '8192')]));
    image.rollBack();
    expect(image.everything).toEqual(states[1]);
    image.rollBack();
    expect(image.everything).toEqual(states[0]);
    expect(listApplied(image.state).map(({ id, status }) => [id, status])).toEqual([
      ['20261121-000000-test', 'rolled back'],
      ['20261121-000000-test.2', 'rolled back'],
    ]);
  });

  it('leaves alone what somebody has changed since, until it is forced', () => {
    using image = new Image();
    const before = image.everything;
    image.apply();
    image.put('proc/sys/net/core/somaxconn', '2000\n');
    image.put(nginxFile, 'http {}');
    const outcomes = Object.fromEntries(
      image.rollBack()?.steps.map(({ what, outcome }) => [path.basename(what), outcome]) ?? [],
    );
    expect(outcomes).toMatchObject({
      '90-halfopen.conf': 'restored',
      'nginx.conf': 'refused',
      'net.ipv4.tcp_syncookies': 'restored',
      'net.core.somaxconn': 'refused',
    });
    expect(image.read(nginxFile)).toBe('http {}');
    expect(listApplied(image.state)[0]).toMatchObject({ status: 'partly rolled back' });
    expect(image.rollBack({ force: true })?.steps.map(({ outcome }) => outcome)).toEqual([
      'forced',
      'forced',
    ]);
    expect(image.everything).toEqual(before);
  });

  it('keeps a folder that it made and that somebody uses by now', () => {
    using image = new Image();
    image.apply();
    image.put('etc/sysctl.d/50-own.conf', '');
    image.rollBack();
    expect(image.read('etc/sysctl.d/50-own.conf')).toBe('');
    expect(image.read(dropIn)).toBeUndefined();
  });

  it('says so where a copy is damaged, and changes nothing', () => {
    using image = new Image();
    image.apply();
    const after = image.everything;
    const [id = ''] = readdirSync(image.state).filter((name) => name !== 'lock');
    image.put(path.join('../state', id, 'files/3'), 'garbage');
    const undone = image.rollBack();
    expect(undone?.steps.find(({ what }) => what === nginxFile)).toMatchObject({
      outcome: 'failed',
      said: expect.stringContaining('is damaged'),
    });
    expect(image.everything['etc/nginx/nginx.conf']).toBe(after['etc/nginx/nginx.conf']);
  });
});

describe('a crash between any two steps', () => {
  const applyPoints = checkpointsOf((checkpoint) => {
    using image = new Image();
    image.apply(checkpoint);
  });
  const undoPoints = checkpointsOf((checkpoint) => {
    using image = new Image();
    image.apply();
    image.rollBack({ checkpoint });
  });

  it('may come at each of these', () => {
    expect(new Set(applyPoints)).toEqual(
      new Set([
        'nothing',
        'journal open',
        'prepared',
        'begun',
        'value written',
        'draft written',
        'draft checked',
        'draft in place',
        'made',
        'done',
        'end',
      ]),
    );
    expect(undoPoints.length).toBeGreaterThan(12);
  });

  it.each(applyPoints.map((name, at) => [at, name] as const))('of apply, %i: %s', (at) => {
    using image = new Image();
    const before = image.everything;
    expect(() => image.apply(crashAt(at))).toThrow(Crash);
    image.rollBack();
    expect(image.everything).toEqual(before);
    // And it can be applied anew.
    expect(image.apply().steps.every(({ outcome }) => outcome === 'made')).toBe(true);
    image.rollBack();
    expect(image.everything).toEqual(before);
  });

  it.each(undoPoints.map((name, at) => [at, name] as const))('of rollback, %i: %s', (at) => {
    using image = new Image();
    const before = image.everything;
    image.apply();
    expect(() => image.rollBack({ checkpoint: crashAt(at) })).toThrow(Crash);
    image.rollBack();
    expect(image.everything).toEqual(before);
  });
});

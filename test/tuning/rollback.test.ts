import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listApplied } from '../../src/app/tune/roll-back-tuning.ts';
import { asOwnerOf } from '../../src/kernel/files/as-owner-of.ts';
import type { RolledBack } from '../../src/tcp/applied-plan.ts';
import { Image, nginxFile, nginxText, sysctlChange } from './apply/image.ts';

const somaxconn = 'proc/sys/net/core/somaxconn';
const isRoot = process.getuid?.() === 0;

function stepOf(undone: RolledBack | null, what: string) {
  return undone?.steps.find((step) => step.what.endsWith(what));
}

describe('rollback of two that lie over each other', () => {
  function both(image: Image): { first: string; second: string } {
    const first = image.apply().id;
    const over = [sysctlChange(1, 'net.core.somaxconn', '4096', '8192')];
    const second = image.apply(undefined, { ...image.plan(over), id: '20200101-000000-older' }).id;
    return { first, second };
  }

  it('names the one that has to go first, forced or not, and leads back to the beginning', () => {
    using image = new Image();
    const before = image.everything;
    const { first, second } = both(image);
    for (const force of [false, true]) {
      const undone = image.rollBack({ id: first, force });
      expect(stepOf(undone, 'somaxconn')).toMatchObject({
        outcome: 'refused',
        said: `${second} was applied over it: roll that back first`,
      });
      expect(image.read(somaxconn)).toBe('8192\n');
    }
    expect(image.rollBack({ id: second })?.steps.map(({ outcome }) => outcome)).toEqual([
      'restored',
      'restored',
    ]);
    image.rollBack({ id: first });
    expect(image.everything).toEqual(before);
  });

  it('passes over an apply that found all of it so already', () => {
    using image = new Image();
    const before = image.everything;
    const { id } = image.apply();
    const again = image.apply(undefined, image.plan([sysctlChange(1, 'net.core.somaxconn', '128', '4096')]));
    expect(again.steps.map(({ outcome }) => outcome)).toEqual(['so already', 'so already']);
    expect(image.rollBack()?.id).toBe(id);
    expect(image.everything).toEqual(before);
  });

  it('takes the one that was applied last, whenever it was planned', async () => {
    using image = new Image();
    const { id: first } = image.apply();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const over = [sysctlChange(1, 'net.core.somaxconn', '4096', '8192')];
    const { id: second } = image.apply(undefined, { ...image.plan(over), id: '20200101-000000-older' });
    expect(listApplied(image.state).map(({ id }) => id)).toEqual([first, second]);
    expect(image.rollBack()?.id).toBe(second);
  });
});

describe('rollback of a file that somebody has been at', () => {
  it('leaves his permissions, and puts back ours where it is forced', () => {
    using image = new Image();
    const file = path.join(image.root, nginxFile);
    image.apply();
    chmodSync(file, 0o600);
    expect(stepOf(image.rollBack(), 'nginx.conf')).toMatchObject({
      outcome: 'restored',
      said: expect.stringMatching(
        /permissions and owner are somebody’s since, and stay: 600 \d+:\d+, not 640/,
      ),
    });
    expect([image.read(nginxFile), statSync(file).mode & 0o7777]).toEqual([nginxText, 0o600]);
    chmodSync(file, 0o640);
    image.apply();
    chmodSync(file, 0o600);
    image.rollBack({ force: true });
    expect(statSync(file).mode & 0o7777).toBe(0o640);
  });

  it('waits for no FIFO, and follows no link', () => {
    using image = new Image();
    image.apply();
    const file = path.join(image.root, nginxFile);
    renameSync(file, `${file}.moved`);
    execFileSync('mkfifo', [file]);
    expect(stepOf(image.rollBack(), 'nginx.conf')).toMatchObject({
      outcome: 'failed',
      said: expect.stringMatching(/is no regular file/),
    });
    rmSync(file);
    symlinkSync(`${file}.moved`, file);
    expect(stepOf(image.rollBack(), 'nginx.conf')).toMatchObject({
      outcome: 'failed',
      said: expect.stringMatching(/is a symbolic link/),
    });
    renameSync(`${file}.moved`, file);
    expect(stepOf(image.rollBack(), 'nginx.conf')).toMatchObject({ outcome: 'restored' });
  });

  it('says so where its folder is gone', () => {
    using image = new Image();
    image.apply();
    rmSync(path.dirname(path.join(image.root, nginxFile)), { recursive: true });
    expect(stepOf(image.rollBack(), 'nginx.conf')).toMatchObject({
      outcome: 'refused',
      said: expect.stringMatching(/somebody has removed it since; what was there before lies in .*files\/\d/),
    });
    expect(stepOf(image.rollBack({ force: true }), 'nginx.conf')).toMatchObject({
      outcome: 'failed',
      said: expect.stringMatching(/ENOENT/),
    });
  });
});

describe('a damaged journal', () => {
  it.each([
    '{"kind":"begin","step":3,"changes":[1],"action":{"kind":"file"}}',
    '{"kind":"begin","step":3,"changes":[1],"action":{"kind":"sysctl","namespace":null,"folder":"/proc/sys","parameter":"../../etc/passwd","before":"1","after":"2"}}',
    '{"kind":"undone","step":"1","how":"restored"}',
  ])('is told, and is in nobody’s way: %s', (line) => {
    using image = new Image();
    const { id } = image.apply();
    const over = [sysctlChange(1, 'net.core.somaxconn', '4096', '8192')];
    const { id: second } = image.apply(undefined, image.plan(over));
    appendFileSync(path.join(image.state, second, 'journal.jsonl'), `${line}\n`);
    expect(listApplied(image.state).map(({ status }) => status)).toEqual([
      'applied',
      expect.stringMatching(/^damaged: line 7 is no record of a journal$/),
    ]);
    expect(() => image.rollBack()).toThrow(/cannot read the journal .*line 7 is no record/);
    expect(stepOf(image.rollBack({ id }), 'tcp_syncookies')).toMatchObject({ outcome: 'restored' });
  });
});

describe('many journals', () => {
  it('are listed in a moment', () => {
    using image = new Image();
    image.apply();
    const opened = '{"kind":"open","atMs":1,"plan":"p","bootId":null,"version":"0"}\n';
    for (let at = 0; at < 300; at++) {
      const folder = path.join(image.state, `20261121-000000-${at}`);
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'journal.jsonl'), opened);
    }
    const from = performance.now();
    expect(listApplied(image.state)).toHaveLength(301);
    expect(performance.now() - from).toBeLessThan(2000);
  });
});

describe.skipIf(!isRoot)('folders of somebody else (needs root)', () => {
  it('are written to with the rights of the first who is not root, links of his included', () => {
    using image = new Image();
    chmodSync(image.folder, 0o755);
    const home = path.join(image.folder, 'home');
    mkdirSync(path.join(home, 'conf'), { recursive: true });
    chownSync(home, 65_534, 65_534);
    const secret = path.join(image.folder, 'secret');
    mkdirSync(secret);
    symlinkSync(secret, path.join(home, 'link'));
    const uidIn = (folder: string): number => asOwnerOf(folder, () => process.geteuid?.() ?? -1);
    expect([home, path.join(home, 'conf'), path.join(home, 'link'), secret].map(uidIn)).toEqual([
      65_534, 65_534, 65_534, 0,
    ]);
  });
});

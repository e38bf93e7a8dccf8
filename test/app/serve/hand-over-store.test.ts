import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultStore } from '../../../src/app/serve/default-store.ts';
import { prepareHandOver } from '../../../src/app/serve/hand-over-store.ts';
import { findUser } from '../../../src/kernel/processes/find-user.ts';

const user = { name: 'somebody', uid: 4321, gid: 4321 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-hand-over-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.getuid?.() !== 0)('a store that is handed over (needs root)', () => {
  it('is the user’s, with its new folder', () => {
    const file = path.join(folder, 'new/history.db');
    const handOver = prepareHandOver(file, user);
    mkdirSync(path.dirname(file));
    for (const part of ['', '-wal', '.lock']) writeFileSync(file + part, '');
    handOver();
    for (const given of [path.dirname(file), file, `${file}-wal`, `${file}.lock`])
      expect(statSync(given).uid).toBe(user.uid);
    // The second start finds it as it is.
    prepareHandOver(file, user)();
  });

  it('is refused in a folder that is somebody else’s', () => {
    expect(() => prepareHandOver(path.join(folder, 'history.db'), user)).toThrow(/chown -R somebody/);
  });

  it('is refused where the user cannot get to', () => {
    chmodSync(folder, 0o700);
    expect(() => prepareHandOver(path.join(folder, 'new/history.db'), user)).toThrow(
      `may not go through ${folder}`,
    );
  });

  it('takes nobody else’s files with it', () => {
    chownSync(folder, user.uid, user.gid);
    const file = path.join(folder, 'history.db');
    const precious = path.join(tmpdir(), `halfopen-precious-${process.pid}`);
    writeFileSync(precious, '');
    try {
      const handOver = prepareHandOver(file, user);
      writeFileSync(file, '');
      symlinkSync(precious, `${file}-wal`);
      linkSync(precious, `${file}.lock`);
      handOver();
      expect(statSync(file).uid).toBe(user.uid);
      expect(statSync(precious).uid).toBe(0);
    } finally {
      rmSync(precious);
    }
  });
});

describe('a user', () => {
  it('is found by name or number', () => {
    const file = path.join(folder, 'passwd');
    writeFileSync(file, '# comment\nroot:x:0:0::/root:/bin/sh\nrec:x:990:991::/:/bin/false\nbroken\n');
    expect(findUser('rec', file)).toEqual({ name: 'rec', uid: 990, gid: 991 });
    expect(findUser('990', file)).toEqual({ name: 'rec', uid: 990, gid: 991 });
    expect(findUser('65534', file)).toEqual({ name: '65534', uid: 65534, gid: 65534 });
    expect(findUser('nobody-of-this-name', file)).toBeUndefined();
    expect(findUser('root', file)?.uid).toBe(0);
  });
});

describe('the store without --store', () => {
  it('is where the system keeps state', () => {
    expect(defaultStore({ isRoot: true, home: '/root' }, { XDG_STATE_HOME: '/x' })).toBe(
      '/var/lib/halfopen/history.db',
    );
    const home = { isRoot: false, home: '/home/a' };
    expect(defaultStore(home, {})).toBe('/home/a/.local/state/halfopen/history.db');
    expect(defaultStore(home, { XDG_STATE_HOME: '/state' })).toBe('/state/halfopen/history.db');
    expect(defaultStore(home, { XDG_STATE_HOME: 'relative' })).toBe(
      '/home/a/.local/state/halfopen/history.db',
    );
  });
});

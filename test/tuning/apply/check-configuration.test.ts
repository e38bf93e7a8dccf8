import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfiguration, startScript } from '../../../src/tuning/apply/check-configuration.ts';
import { sleep } from '../../rules/two-hosts.ts';

describe('the environment of a server', () => {
  it('reaches its check whole, without what shells and supervisors keep for themselves', () => {
    const kept = {
      APACHE_RUN_USER: 'www',
      PATH: '/opt',
      ODD: "it's\n$(id) `id` \\ ü",
      LD_LIBRARY_PATH: '/lib',
    };
    const environment = { ...kept, UID: '0', IFS: 'x', BASH_ENV: '/x', NOTIFY_SOCKET: '@x', 'a b': 'c' };
    const result = spawnSync('/bin/sh', ['-s', '--', '/usr/bin/env', '-0'], {
      input: startScript({ environment }),
      env: {},
      encoding: 'utf8',
    });
    const found = Object.fromEntries(
      result.stdout.split('\0').map((one) => /^(\w+)=(.*)$/s.exec(one)?.slice(1) ?? []),
    );
    expect(found).toMatchObject(kept);
    for (const name of ['IFS', 'BASH_ENV', 'NOTIFY_SOCKET', 'a b']) expect(found).not.toHaveProperty([name]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('the check of somebody’s own server (needs root)', () => {
  let folder = '';
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-check-'));
    chmodSync(folder, 0o777);
  });
  afterEach(() => {
    child?.kill();
    rmSync(folder, { recursive: true });
  });

  it('runs nothing of his with our rights: neither his PATH nor what his loader would load', async () => {
    const nginx = path.join(folder, 'nginx');
    copyFileSync('/bin/sleep', nginx);
    chmodSync(nginx, 0o755);
    const evil = path.join(folder, 'evil');
    mkdirSync(evil);
    const marker = path.join(folder, 'ran');
    for (const name of ['unshare', 'sh', 'mount', 'setpriv', 'nsenter']) {
      writeFileSync(path.join(evil, name), `#!/bin/sh\necho ${name} >> ${marker}\n`, { mode: 0o755 });
    }
    child = spawn('/usr/bin/setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', nginx, '60'], {
      env: { PATH: `${evil}:/usr/bin:/bin` },
      stdio: 'ignore',
    });
    await sleep(300);
    const { pid = 0 } = child;
    const [draft, file] = ['draft', 'file'].map((name) => path.join(folder, name));
    for (const one of [draft, file]) writeFileSync(one ?? '', 'x');
    const checked = (): unknown =>
      checkConfiguration({ server: 'nginx', title: 'nginx', pid }, draft ?? '', file ?? '');
    // It is no nginx: its own words are what is expected here.
    expect(checked).toThrow(/nginx -t -q refuses the edited file: .*invalid option/);
    expect(existsSync(marker)).toBe(false);
  });
});

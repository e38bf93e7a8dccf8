import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDraft } from '../../src/kernel/files/write-durably.ts';
import { checkConfiguration, foreignProcess } from '../../src/tuning/apply/check-configuration.ts';
import { findEdit } from '../../src/tuning/plan/find-edit.ts';
import { applyEdit } from '../../src/tuning/servers/apply-edit.ts';
import { realPrograms } from './real-programs.ts';
import { isInstalled, RunningServer } from './running-server.ts';

const address = '127.0.0.1';
const port = 8080;
/** What no program's configuration has. */
const nonsense = '\n}{ "( = halfopen\n';
const withoutCheck = new Set(['redis', 'mariadb']);

describe.skipIf(process.getuid?.() !== 0)('a server’s own check (needs root and Debian packages)', () => {
  it
    .skipIf(realPrograms.every(({ needs }) => !isInstalled(needs)))
    .each(realPrograms.filter(({ needs }) => isInstalled(needs)))(
    '$name: takes the edited configuration, and no nonsense; nothing of it is seen outside',
    async (program) => {
      await using server = new RunningServer(program);
      await server.start(address, port);
      const { process: holder } = await server.find(address, port, 3000);
      const found = findEdit({ listener: { family: 'ipv4', address, port }, pid: holder.pid, backlog: 3000 });
      if ('refused' in found) throw new Error(found.refused);
      const { root, file, edit } = found;
      if (foreignProcess(found.pid) !== undefined) {
        expect(foreignProcess(found.pid)).toMatch(/lives in a container/);
        return;
      }
      const before = readFileSync(root + file, 'utf8');
      const inside = path.join(path.dirname(file), '.halfopen-test.part');
      const access = { mode: 0o644, uid: 0, gid: 0 };
      const check = (text: string): string | undefined => {
        writeDraft(root + inside, Buffer.from(text), access);
        return checkConfiguration(found, inside, file);
      };
      try {
        const after = applyEdit(before, { file, ...edit }) ?? '';
        expect(after).not.toBe(before);
        const said = check(after);
        if (withoutCheck.has(program.id)) expect(said).toBeUndefined();
        else {
          expect(said).toContain(holder.executable);
          expect(() => check(after + nonsense)).toThrow(/refuses the edited file: (?!it ended with).*\w/);
        }
        expect(readFileSync(root + file, 'utf8')).toBe(before);
      } finally {
        rmSync(root + inside, { force: true });
      }
    },
  );

  it('runs nothing of its environment as root', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-check-'));
    chmodSync(folder, 0o777);
    copyFileSync('/bin/sleep', path.join(folder, 'nginx'));
    const mark = path.join(folder, 'mark');
    writeFileSync(path.join(folder, 'unshare'), `#!/bin/sh\n/usr/bin/touch ${mark}\n`, { mode: 0o755 });
    writeFileSync(path.join(folder, 'conf'), '');
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const child = spawn(path.join(folder, 'nginx'), ['60'], {
      uid: 65_534,
      gid: 65_534,
      env,
      stdio: 'ignore',
    });
    try {
      await once(child, 'spawn');
      const server = { server: 'nginx', title: 'nginx', pid: child.pid ?? 0 };
      const conf = path.join(folder, 'conf');
      // sleep -t: it is reached, and says no.
      expect(() => checkConfiguration(server, conf, conf)).toThrow(
        /refuses the edited file: .*invalid option/,
      );
      expect(existsSync(mark)).toBe(false);
    } finally {
      child.kill();
      rmSync(folder, { recursive: true });
    }
  });

  it('is not asked of another program under the same number', () => {
    const server = { server: 'nginx', title: 'nginx', pid: process.pid };
    expect(() => checkConfiguration(server, '/etc/hostname', '/etc/hostname')).toThrow(
      /is not nginx any more/,
    );
  });
});

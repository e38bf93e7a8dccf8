import { describe, expect, it } from 'vitest';
import { usualBacklog } from '../../src/tcp/servers/recognise-server.ts';
import { isInstalled, type RealProgram, RunningServer } from './running-server.ts';

const address = '127.0.0.1';
const port = 8080;
const other = 70;
const sshdConfig = `Port ${port}\nListenAddress ${address}\nHostKey FOLDER/key\nPidFile none\n`;

interface ByOption extends RealProgram {
  /** Started with `other` where it has a setting. */
  readonly withOther?: RealProgram['start'];
  /** What a plan says instead of an edit. */
  readonly says: string;
}

/** Their number stands on the command line, in code, or nowhere: no file is edited. */
const byOption: readonly ByOption[] = [
  {
    id: 'memcached',
    name: 'memcached',
    needs: 'memcached',
    files: {},
    start: () => ['memcached', '-u', 'nobody', '-l', address, '-p', `${port}`],
    withOther: () => ['memcached', '-u', 'nobody', '-l', address, '-p', `${port}`, '-b', `${other}`],
    says: 'memcached -b 4096',
  },
  {
    id: 'gunicorn',
    name: 'gunicorn',
    needs: 'gunicorn',
    files: { 'app.py': 'def app(environ, start_response): pass\n' },
    start: () => ['gunicorn', '--bind', `${address}:${port}`, 'app:app'],
    withOther: () => ['gunicorn', '--bind', `${address}:${port}`, '--backlog', `${other}`, 'app:app'],
    says: '--backlog 4096',
  },
  {
    id: 'node',
    name: 'Node.js',
    needs: 'node',
    files: {},
    start: () => [
      process.execPath,
      '--eval',
      `require('node:http').createServer().listen(${port}, '${address}')`,
    ],
    withOther: () => [
      process.execPath,
      '--eval',
      `require('node:http').createServer().listen({ port: ${port}, host: '${address}', backlog: ${other} })`,
    ],
    says: 'backlog: 4096',
  },
  {
    id: 'sshd',
    name: 'sshd',
    needs: 'sshd',
    files: { sshd_config: sshdConfig },
    prepare: (folder) => ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/key`],
    // It wants /run/sshd, which its service makes.
    start: (folder) => [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs run /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -f ${folder}/sshd_config`,
    ],
    reload: 'SIGHUP',
    says: 'no setting',
  },
];

describe.skipIf(process.getuid?.() !== 0)(
  'a backlog that no file sets (needs root and Debian packages)',
  () => {
    describe.each(byOption)('$name', (program) => {
      const { id, reload, says } = program;

      it.skipIf(!isInstalled(program.needs))(
        'is what the catalogue says, and a plan names the setting',
        async () => {
          await using server = new RunningServer(program);
          await server.start(address, port);
          const before = server.listener(address, port);
          const { server: known, answer } = await server.find(address, port, 4096);
          expect(known?.id).toBe(id);
          expect(before?.sendQueue).toBe(known && usualBacklog(known));
          expect(answer).toEqual({ refused: expect.stringContaining(says) });
          if (reload === undefined) return;
          await server.reload(address, port);
          const isNew = () => ![undefined, before?.inode].includes(server.listener(address, port)?.inode);
          await expect.poll(isNew, { timeout: 5000 }).toBe(true);
          expect(server.listener(address, port)?.sendQueue).toBe(before?.sendQueue);
        },
      );
    });

    describe.each(byOption.filter(({ withOther }) => withOther))('$name', ({ withOther, ...program }) => {
      it.skipIf(!isInstalled(program.needs))('is changed by its option', async () => {
        await using server = new RunningServer({ ...program, start: withOther ?? program.start });
        await server.start(address, port);
        expect(server.listener(address, port)?.sendQueue).toBe(other);
      });
    });
  },
);

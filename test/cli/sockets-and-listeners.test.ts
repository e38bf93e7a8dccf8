import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runProgram } from './start-program.ts';

const FULL = 24_315;
const BUSY = 24_316;

/** FULL: stopped, backlog 2, seven clients on IPv4. BUSY: ten accepted connections on IPv6, five of which their clients have closed. */
describe.skipIf(process.getuid?.() !== 0)('listeners and sockets (staging needs root)', () => {
  let namespace: LabNamespace;
  const pids = { full: 0, busy: 0, keep: 0 };

  beforeAll(async () => {
    namespace = LabNamespace.create('hx-count');
    const full = namespace.spawn('listener', {
      address: '127.0.0.1',
      port: FULL,
      backlog: 2,
      mode: 'accept',
    });
    pids.full = (await full.ready).pid;
    full.signal('SIGSTOP');
    await namespace.spawn('clients', { to: '127.0.0.1', port: FULL, count: 7, close: 'never' }).ready;
    const busy = namespace.spawn('listener', {
      address: '::1',
      port: BUSY,
      backlog: 64,
      mode: 'accept',
      read: true,
      hold: true,
    });
    pids.busy = (await busy.ready).pid;
    const keep = namespace.spawn('clients', { to: '::1', port: BUSY, count: 5, close: 'never' });
    pids.keep = (await keep.ready).pid;
    await keep.done;
    await namespace.spawn('clients', { to: '::1', port: BUSY, count: 5, close: 'shutdown-write' }).done;
    await sleep(500);
  });
  afterAll(() => namespace?.dispose());

  const run = (...args: string[]) => runProgram([...args, '--netns', namespace.name]);
  const counted = async (...args: string[]) => {
    const ended = await run('sockets', '--json', ...args);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    const { groups, ...rest } = JSON.parse(ended.stdout) as {
      total: number;
      missing: string[];
      groups: { key: string; count: number }[];
    };
    return { ...rest, byKey: Object.fromEntries(groups.map((group) => [group.key, group.count])) };
  };

  /** 3 + 5 + 5 pairs, where the closed five are FIN_WAIT2 and CLOSE_WAIT; 4 connects without an answer; 2 listeners. */
  const states = { ESTABLISHED: 16, CLOSE_WAIT: 5, FIN_WAIT2: 5, SYN_SENT: 4, LISTEN: 2 };

  it('listeners: queue, limit, who set it, owner', async () => {
    const { stdout, exitCode } = await run('listeners');
    const [heading, ...rows] = stdout.trimEnd().split('\n');
    expect(exitCode).toBe(0);
    expect(heading).toMatch(
      /^namespace +address +queue +limit +limit set by +drops +SYN_RECV +oldest waits +owner$/,
    );
    expect(rows).toHaveLength(2);
    expect(stdout).toMatch(
      new RegExp(
        `${namespace.name} +127\\.0\\.0\\.1:${FULL} +3 FULL +2 +application +\\d+ +0 +[\\d.]+ m?s +node \\(pid ${pids.full}\\)`,
      ),
    );
    expect(stdout).toMatch(
      new RegExp(`\\[::1\\]:${BUSY} +0 +64 +application +0 +0 +- +node \\(pid ${pids.busy}\\)`),
    );
  });

  it('listeners --json: one document', async () => {
    const { namespaces, schemaVersion } = JSON.parse((await run('listeners', '--json')).stdout);
    expect(schemaVersion).toBe(1);
    expect(namespaces).toHaveLength(1);
    const [listed] = namespaces;
    expect(listed.names).toEqual([namespace.name]);
    expect(listed.listeners).toContainEqual(
      expect.objectContaining({ family: 'ipv4', port: FULL, acceptQueue: { length: 3, limit: 2 } }),
    );
  });

  it('sockets by state', async () => {
    expect(await counted()).toEqual({ total: 32, missing: [], byKey: states });
    const { stdout } = await run('sockets');
    expect(stdout).toMatch(/^sockets +state\n +16 +ESTABLISHED\n[\s\S]*32 in all\n$/);
  });

  it.each(['close-wait', 'CLOSE_WAIT', 'CLOSE-WAIT', 'closewait'])('--state %s', async (state) => {
    expect(await counted('--state', state)).toMatchObject({ total: 5, byKey: { CLOSE_WAIT: 5 } });
  });

  it('--state may be repeated, "estab" is what ss says', async () => {
    expect(await counted('--state', 'estab', '--state', 'listen')).toMatchObject({
      byKey: { ESTABLISHED: 16, LISTEN: 2 },
    });
  });

  it('--port: local or remote, may be repeated', async () => {
    expect(await counted('--port', String(FULL))).toMatchObject({
      total: 11,
      byKey: { ESTABLISHED: 6, SYN_SENT: 4, LISTEN: 1 },
    });
    expect(await counted('--port', String(FULL), '--port', String(BUSY))).toMatchObject({
      total: 32,
      byKey: states,
    });
    expect(await counted('--port', '9')).toMatchObject({ total: 0, byKey: {} });
  });

  it('--by listener: those behind each, and the outgoing', async () => {
    const outgoing = 'outgoing (no listener on the local port)';
    expect(await counted('--by', 'listener')).toMatchObject({
      total: 32,
      byKey: { [BUSY]: 11, [FULL]: 4, [outgoing]: 17 },
    });
  });

  it('--by peer', async () => {
    expect((await counted('--by', 'peer', '--state', 'ESTABLISHED')).byKey).toEqual({
      '127.0.0.1': 6,
      '::1': 10,
    });
  });

  it('--by process: owners by name, and those that nobody has accepted yet', async () => {
    const { byKey, total } = await counted('--by', 'process');
    expect(total).toBe(32);
    expect(byKey).toMatchObject({
      [`node (pid ${pids.busy})`]: 11,
      [`node (pid ${pids.keep})`]: 5,
      [`node (pid ${pids.full})`]: 1,
      'none (half-open, waiting to be accepted, or closed by its process)': 3,
    });
  });

  it('an empty namespace: nothing, and no failure', async () => {
    using empty = LabNamespace.create('hx-empty');
    const listeners = await runProgram(['listeners', '--netns', empty.name]);
    expect(listeners).toMatchObject({ exitCode: 0, stdout: 'No TCP socket is listening.\n' });
    const sockets = await runProgram(['sockets', '--netns', empty.name]);
    expect(sockets.stdout).toMatch(/0 in all\n$/);
    expect(sockets.exitCode).toBe(0);
  });

  it.each([['doctor'], ['listeners'], ['sockets']])(
    '%s --netns of a name that is not there: exit 2 and those that are',
    async (command) => {
      const { stdout, stderr, exitCode } = await runProgram([command, '--netns', 'nowhere']);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      expect(stderr).toContain('cannot tell which network namespace is meant by --netns nowhere');
      expect(stderr).toMatch(new RegExp(`There are: all, self, .*${namespace.name}`));
    },
  );

  it('--netns of a process that is not there: exit 2', async () => {
    const { stdout, stderr, exitCode } = await runProgram(['doctor', '--netns', '999999999']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain('--netns 999999999');
  });

  it('--netns by process and by inode is the same namespace', async () => {
    const byPid = await runProgram(['sockets', '--json', '--netns', String(pids.busy)]);
    const byInode = await runProgram(['sockets', '--json', '--netns', `net:[${namespace.inode}]`]);
    expect(JSON.parse(byPid.stdout)).toEqual(JSON.parse(byInode.stdout));
    expect(JSON.parse(byPid.stdout).total).toBe(32);
  });
});

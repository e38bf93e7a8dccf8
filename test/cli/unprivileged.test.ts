import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { Report } from '../../src/tcp/report.ts';
import { asNobody, type EndedProgram, publicCopy, runProgram } from './start-program.ts';

const PORT = 24_313;

/** A sick host seen with fewer and fewer rights. Whatever is missing, it is said; nothing is called well that was not seen. */
describe.skipIf(process.getuid?.() !== 0)('doctor without privileges (giving them up needs root)', () => {
  let sick: LabNamespace;
  let copy: ReturnType<typeof publicCopy>;
  let serverPid = 0;

  beforeAll(async () => {
    copy = publicCopy();
    sick = LabNamespace.create('hx-priv');
    const server = sick.spawn('listener', { address: '127.0.0.1', port: PORT, backlog: 4, mode: 'accept' });
    serverPid = (await server.ready).pid;
    server.signal('SIGSTOP');
    await sick.spawn('clients', { to: '127.0.0.1', port: PORT, count: 12, close: 'never' }).ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  afterAll(() => {
    sick?.dispose();
    copy?.remove();
  });

  const inside = (): string[] => ['ip', 'netns', 'exec', sick.name];
  const run = (args: readonly string[], ...before: string[]): Promise<EndedProgram> =>
    runProgram(args, { before, program: copy.program });
  const doctor = (netns: string, ...before: string[]): Promise<EndedProgram> =>
    run(['doctor', '--netns', netns, '--for', '1500ms', '--json'], ...before);
  const reportOf = ({ stdout, stderr }: EndedProgram): Report => {
    expect(stdout, stderr).not.toBe('');
    return parseReport(JSON.parse(stdout));
  };

  it('as nobody in the sick namespace: the drops and the queue are seen, their owner is not, and it says who could', async () => {
    const ended = await doctor('self', ...inside(), ...asNobody);
    const report = reportOf(ended);
    const [listener] = report.namespaces[0]?.listeners ?? [];
    expect(ended.exitCode).toBe(1);
    expect(listener).toMatchObject({ port: PORT, acceptQueue: { length: 5, limit: 4 }, process: null });
    expect(listener?.drops.after).toBeGreaterThan(0);
    const finding = report.findings.find((one) => one.id === 'accept-queue-overflow');
    expect(finding?.cause.id).not.toBe('process-stopped');
    expect(report.unknowns).toContainEqual(
      expect.objectContaining({ rule: 'accept-queue-overflow', because: expect.stringMatching(/root/) }),
    );
    expect(ended.stderr).toMatch(/halfopen: no packets were sampled: .*CAP_NET_RAW/);
  });

  it('the same as root: the owner and why it does not accept', async () => {
    const report = reportOf(await doctor(sick.name));
    expect(report.findings.find((one) => one.id === 'accept-queue-overflow')?.cause.id).toBe(
      'process-stopped',
    );
    expect(report.namespaces[0]?.listeners[0]?.process?.pid).toBe(serverPid);
  });

  it('as root without CAP_NET_RAW: all but the packets, and says so', async () => {
    const dropped = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];
    const ended = await doctor(sick.name, ...dropped);
    expect(reportOf(ended).findings.find((one) => one.id === 'accept-queue-overflow')?.cause.id).toBe(
      'process-stopped',
    );
    expect(ended.stderr).toBe('halfopen: no packets were sampled: AF_PACKET ring needs CAP_NET_RAW (root)\n');
    const asked = await run(
      ['doctor', '--netns', 'self', '--for', '500ms', '--capture', 'always', '--json'],
      ...dropped,
    );
    expect(asked.stderr).toContain('AF_PACKET ring needs CAP_NET_RAW (root)');
    const refused = await run(
      ['doctor', '--netns', 'self', '--for', '500ms', '--capture', 'never', '--json'],
      ...dropped,
    );
    expect(refused.stderr).not.toContain('CAP_NET_RAW');
  });

  it('as nobody elsewhere, one namespace by name: exit 3 and why', async () => {
    const ended = await doctor(sick.name, ...asNobody);
    expect(ended).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ended.stderr).toMatch(
      new RegExp(
        `cannot see any listening socket in network namespace ${sick.name}: .* needs root.*\\nRun it as root`,
      ),
    );
  });

  it("as nobody, somebody else's process by number: exit 3 and why", async () => {
    const ended = await doctor(String(serverPid), ...asNobody);
    expect(ended).toMatchObject({ exitCode: 3, stdout: '' });
    expect(ended.stderr).toMatch(/root \(CAP_SYS_PTRACE\)/);
  });

  it('as nobody, all namespaces: its own is judged, for all others every rule is unknown, and hidden ones are mentioned', async () => {
    const text = await run(['doctor', '--for', '500ms'], ...asNobody);
    expect(text.stdout).not.toMatch(/^ok /m);
    expect(text.stdout).toMatch(/checks could not be made|problem|warning/);
    expect(text.stderr).toMatch(/^halfopen: \d+ processes could not be looked into: network namespaces /m);
    const report = reportOf(await run(['doctor', '--for', '500ms', '--json'], ...asNobody));
    expect(report.namespaces.length).toBeGreaterThan(1);
    const reasons = new Set(report.unknowns.map((unknown) => unknown.because));
    expect(reasons).toContain('another network namespace needs root (CAP_SYS_ADMIN) to enter it');
    const unknown = new Set(report.unknowns.map((one) => one.rule));
    for (const rule of [
      'accept-queue-overflow',
      'syn-flood',
      'close-wait-leak',
      'backlog-capped',
      'nic-drops',
      'conntrack-full',
    ]) {
      expect(unknown).toContain(rule);
    }
  });

  it('as nobody with a process of its own in another namespace: /proc/PID/net shows queues there, but neither limit nor drops', async () => {
    using theirs = LabNamespace.create('hx-procnet');
    const inTheirs = (program: string, options: object): ChildProcess => {
      const [command, ...words] = [
        'ip',
        'netns',
        'exec',
        theirs.name,
        ...asNobody,
        process.execPath,
      ] as const;
      const file = path.join(copy.folder, `dist/lab/programs/${program}.js`);
      return spawn(command, [...words, file, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    };
    const server = inTheirs('listener', {
      address: '127.0.0.1',
      port: PORT,
      backlog: 4,
      mode: 'never-accept',
    });
    try {
      await said(server, 'ready');
      const clients = inTheirs('clients', { to: '127.0.0.1', port: PORT, count: 3, close: 'never' });
      await said(clients, 'done');
      const ended = await doctor(theirs.name, ...asNobody);
      const report = reportOf(ended);
      expect(report.namespaces[0]?.listeners[0]).toMatchObject({
        port: PORT,
        acceptQueue: { length: 3 },
        limitSetBy: 'unknown',
        drops: { before: null, after: null },
      });
      expect(report.namespaces[0]?.states).toMatchObject({ ESTABLISHED: 6 });
      const unknown = new Set(report.unknowns.map((one) => one.rule));
      for (const rule of [
        'accept-queue-overflow',
        'accept-queue-pressure',
        'backlog-capped',
        'syncookies-off',
      ]) {
        expect(unknown).toContain(rule);
      }
      expect(ended.exitCode).toBe(0);
      const text = await run(['doctor', '--netns', theirs.name, '--for', '500ms'], ...asNobody);
      expect(text.stdout).toMatch(/No problem found in what could be seen/);
      const listed = await run(['listeners', '--netns', theirs.name], ...asNobody);
      expect(listed.stdout).toMatch(new RegExp(`127\\.0\\.0\\.1:${PORT} +3 +\\? +unknown +\\?`));
    } finally {
      server.kill('SIGKILL');
    }
  });

  it('as nobody where /proc hides other users (hidepid=2): works, and says that they are hidden', async () => {
    const hide = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const hiding = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', hide, 'sh', ...asNobody];
    const report = reportOf(await doctor('self', ...inside(), ...hiding));
    expect(report.namespaces[0]?.listeners[0]).toMatchObject({ port: PORT, process: null });
    expect(report.unknowns.map((one) => one.rule)).toContain('accept-queue-overflow');
    const all = await run(['doctor', '--for', '500ms'], ...hiding);
    expect(all.stdout).not.toMatch(/^ok /m);
    expect(all.stderr).toContain('processes of other users are hidden (hidepid)');
    const nowhere = await run(['doctor', '--netns', 'nowhere'], ...hiding);
    expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
    expect(nowhere.stderr).toContain('hidden from you');
  });

  it('in a pid namespace of its own, as in a container: the same numbers, no owner, no crash', async () => {
    const container = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const ended = await doctor('self', ...inside(), ...container);
    const report = reportOf(ended);
    expect(ended.exitCode).toBe(1);
    expect(report.namespaces[0]?.listeners[0]).toMatchObject({ port: PORT, process: null });
    expect(report.unknowns.map((one) => one.rule)).toContain('accept-queue-overflow');
    const listed = await run(['listeners', '--netns', 'self'], ...inside(), ...container);
    expect(listed.stdout).toContain('no process visible here holds it');
  });
});

/** Root in a container often has the user id but not the rights. */
describe.skipIf(process.getuid?.() !== 0)('root without capabilities (giving them up needs root)', () => {
  it('judges its own namespace and names the missing right for the others', async () => {
    using other = LabNamespace.create('hx-other');
    const before = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'];
    const report = parseReport(
      JSON.parse((await runProgram(['doctor', '--for', '500ms', '--json'], { before })).stdout),
    );
    expect(report.namespaces.map((namespace) => namespace.inode)).toContain(other.inode);
    expect(report.unknowns.map((one) => one.because)).toContain(
      'another network namespace needs root (CAP_SYS_ADMIN) to enter it',
    );
  });
});

/** Until a program of the lab has said this word. */
function said(program: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    program.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes(`${word} `)) resolve();
    });
    program.on('close', () => reject(new Error(`it ended before it said "${word}"`)));
  });
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type EndedProgram, environment, runProgram, shellCommand } from './start-program.ts';

const PORT = 24_310;
const escapeSequence = '\u001b[';

/** A listener that is stopped, and clients in front of it: the doctor has much to say. */
describe.skipIf(process.getuid?.() !== 0)('what doctor prints (staging needs root)', () => {
  let sick: LabNamespace;
  let well: LabNamespace;

  beforeAll(async () => {
    sick = LabNamespace.create('hx-sick');
    well = LabNamespace.create('hx-well');
    const server = sick.spawn('listener', { address: '127.0.0.1', port: PORT, backlog: 4, mode: 'accept' });
    await server.ready;
    server.signal('SIGSTOP');
    const clients = sick.spawn('clients', { to: '127.0.0.1', port: PORT, count: 12, close: 'never' });
    await clients.ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  afterAll(() => {
    sick?.dispose();
    well?.dispose();
  });

  const doctor = (namespace: LabNamespace, ...more: string[]): string[] => [
    'doctor',
    '--netns',
    namespace.name,
    '--for',
    '1200ms',
    ...more,
  ];

  it('exit 0 where nothing is wrong, 1 where something is', async () => {
    const [clean, ill] = await Promise.all([runProgram(doctor(well)), runProgram(doctor(sick))]);
    expect(clean.stdout).toContain('No problem found');
    expect(clean.exitCode).toBe(0);
    expect(ill.stdout).toContain(`127.0.0.1:${PORT}`);
    expect(ill.exitCode).toBe(1);
    expect([clean.stderr, ill.stderr]).toEqual(['', '']);
  });

  it('--fail-on moves the threshold', async () => {
    const ill = await runProgram(doctor(sick, '--json'));
    const { findings } = parseReport(JSON.parse(ill.stdout));
    const severities = new Set(findings.map((finding) => finding.severity));
    expect(severities).toContain('critical');
    for (const failOn of ['critical', 'warning', 'info']) {
      expect((await runProgram(doctor(sick, '--fail-on', failOn))).exitCode).toBe(1);
    }
    expect((await runProgram(doctor(well, '--fail-on', 'critical'))).exitCode).toBe(0);
  });

  it('--json: one document of the contract and nothing else', async () => {
    const run = await runProgram(doctor(sick, '--json'));
    expect(run.stdout.startsWith('{')).toBe(true);
    expect(run.stdout.endsWith('}\n')).toBe(true);
    const report = parseReport(JSON.parse(run.stdout));
    expect(report.findings.map((finding) => finding.id)).toContain('accept-queue-overflow');
    expect(report.host.observedToMs - report.host.observedFromMs).toBeGreaterThanOrEqual(1000);
    expect(run.stderr).toBe('');
  });

  it('--markdown: headings, no colours', async () => {
    const run = await runProgram(doctor(sick, '--markdown'));
    expect(run.stdout).toMatch(/^#+ .*$/m);
    expect(run.stdout).not.toContain(escapeSequence);
    expect(run.exitCode).toBe(1);
  });

  it('--port shows the others no longer', async () => {
    const other = sick.spawn('listener', {
      address: '127.0.0.1',
      port: PORT + 1,
      backlog: 4,
      mode: 'accept',
    });
    await other.ready;
    const chosen = await runProgram(doctor(sick, '--json', '--port', String(PORT)));
    const report = parseReport(JSON.parse(chosen.stdout));
    expect(report.namespaces[0]?.listeners.map((listener) => listener.port)).toEqual([PORT]);
    expect(report.findings.map((finding) => finding.id)).toContain('accept-queue-overflow');
    const elsewhere = await runProgram(doctor(sick, '--json', '--port', '9'));
    expect(parseReport(JSON.parse(elsewhere.stdout)).namespaces[0]?.listeners).toEqual([]);
    expect(parseReport(JSON.parse(elsewhere.stdout)).findings.map((finding) => finding.id)).not.toContain(
      'accept-queue-overflow',
    );
    await other.stop();
  });

  it('is quiet when the reader goes away early', async () => {
    const run = await shell(`${shellCommand(doctor(sick, '--json'))} | head -1; echo "\${PIPESTATUS[0]}"`);
    expect(run.stdout).toBe('{\n1\n');
    expect(run.stderr).toBe('');
  });

  it('says so when standard output is full', async () => {
    const run = await shell(`${shellCommand(doctor(sick))} > /dev/full`);
    expect(run.stderr).toBe(
      'halfopen: cannot write to standard output: ENOSPC: no space left on device, write\n',
    );
    expect(run.exitCode).toBe(3);
  });

  it('keeps its exit code when standard error is closed', async () => {
    const run = await shell(`${shellCommand(['doctor', '--nonsense'])} 2> >(exec true)`);
    expect(run.exitCode).toBe(2);
  });

  it('has no colour and no progress in a pipe', async () => {
    const run = await runProgram(doctor(sick));
    expect(run.stdout + run.stderr).not.toContain(escapeSequence);
    expect(run.stdout + run.stderr).not.toContain('\r');
    expect(Math.max(...run.stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  describe('on a terminal', () => {
    it('has colour, and a progress bar that is gone in the end', async () => {
      const { stdout } = await onTerminal(doctor(sick), 100);
      expect(stdout).toContain(escapeSequence);
      expect(stdout).toMatch(/watching for 1\.2 s \[#+\.*\] +\d+ %/);
      const shown = screen(stdout);
      expect(shown.join('\n')).not.toContain('watching for');
      expect(shown.at(-1)).toBe('');
    });

    it('has none of both with NO_COLOR, but the bar', async () => {
      const { stdout } = await onTerminal(doctor(sick), 100, { NO_COLOR: '1' });
      expect(stdout).not.toContain(escapeSequence);
      expect(stdout).toContain('watching for 1.2 s [');
    });

    it('draws no bar where only standard error is piped', async () => {
      const { stdout } = await onTerminal(doctor(sick), 100, {}, '2>/dev/null');
      expect(stdout).not.toContain('watching');
      expect(stdout).toContain(escapeSequence);
    });

    it.each([60, 80, 100])('fits into %d columns, the bar as well', async (columns) => {
      const { stdout } = await onTerminal(doctor(sick), columns);
      const lines = withoutColours(stdout).split(/[\r\n]+/);
      expect(lines.filter((line) => [...line].length > columns)).toEqual([]);
    });

    it('takes 80 columns where the terminal does not know its width', async () => {
      const { stdout } = await onTerminal(doctor(sick), 0);
      const widths = withoutColours(stdout)
        .split(/[\r\n]+/)
        .map((line) => [...line].length);
      expect(Math.max(...widths)).toBeGreaterThan(60);
      expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    });
  });
});

async function shell(
  script: string,
  more: Record<string, string> = {},
): Promise<Omit<EndedProgram, 'signal'>> {
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
      env: environment(more),
      timeout: 30_000,
    });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

/** script(1) gives the program a pseudo-terminal of its own. */
function onTerminal(
  args: readonly string[],
  columns: number,
  more: Record<string, string> = {},
  redirect = '',
): ReturnType<typeof shell> {
  const inside = `stty cols ${columns}; ${shellCommand(args)} ${redirect}`;
  return shell(`script -qec ${quote(inside)} /dev/null < /dev/null`, more);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a terminal shows in the end: a carriage return goes back to the start of the line and writes over it. */
function screen(output: string): string[] {
  const plain = withoutColours(output).replaceAll('\r\n', '\n');
  return plain.split('\n').map((line) => {
    let shown = '';
    for (const part of line.split('\r')) shown = part + shown.slice(part.length);
    return shown.trimEnd();
  });
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be taken out
  return text.replaceAll(/\u001b\[\d*m/g, '');
}

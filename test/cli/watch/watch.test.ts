import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, shellCommand } from '../start-program.ts';
import { PseudoTerminal } from './pseudo-terminal.ts';

const ports = { ipv4: 4611, ipv6: 4612 };
const servers: Server[] = [];
beforeAll(async () => {
  for (const [host, port] of [
    ['127.0.0.1', ports.ipv4],
    ['::1', ports.ipv6],
  ] as const)
    await new Promise<void>((resolve) => {
      servers.push(createServer().listen({ host, port, backlog: 8 }, resolve));
    });
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** What the shell says of its terminal before and after, and how the program ended. */
const between = (command: string): string =>
  `before=$(stty -g); ${command}; code=$?; [ "$before" = "$(stty -g)" ] && same=yes || same=no; echo "ended $code same $same"`;
const program = shellCommand(['watch', '--netns', 'self']);
const size = { columns: 100, rows: 24 };

function leftClean({ output }: PseudoTerminal): void {
  expect(output.split('\u001b[?1049h').length).toBe(output.split('\u001b[?1049l').length);
  expect(output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(output.lastIndexOf('\u001b[?25l'));
  expect(output).toContain('same yes');
  // Clearing the lines above would take the shell's history with it.
  expect(output).not.toContain('\u001b[3J');
}

describe('halfopen watch', () => {
  it('shows listeners, sorts, filters, opens, pauses, explains', async () => {
    using terminal = new PseudoTerminal(between(program), size);
    await terminal.shows('127.0.0.1:4611');
    terminal.type('/4612');
    const filtered = await terminal.shows('/4612_');
    expect(filtered).toContain('[::1]:4612');
    expect(filtered).not.toContain(':4611');
    terminal.type('\r');
    await terminal.shows('filter: 4612');
    terminal.type('j\r');
    await terminal.shows('accept queue');
    expect(terminal.screen).toMatch(/limit 8/);
    // Escape alone is told from the beginning of an arrow key.
    terminal.type('\u001b');
    await terminal.shows('Enter open');
    terminal.type('\u001b');
    await terminal.shows('127.0.0.1:4611');
    terminal.type('s');
    await terminal.shows('sort: drops');
    terminal.type('\u001b[B\u001b[B\u001b[A');
    await terminal.shows(/^> /m);
    terminal.type('?');
    await terminal.shows('up, down, k, j');
    terminal.type('x');
    terminal.type('p');
    const paused = await terminal.shows(/PAUSED at (\d\d:){2}\d\d/);
    await sleep(2200);
    expect(terminal.screen).toBe(paused);
    terminal.type('p');
    await terminal.shows(/^(?!.*PAUSED).*network namespace +\d\d:/m);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.output).toContain('ended 0');
    leftClean(terminal);
  });

  it('follows the size of its window', async () => {
    using terminal = new PseudoTerminal(between(program), size);
    await terminal.shows('127.0.0.1:4611');
    for (const [columns, rows] of [
      [60, 12],
      [200, 50],
      [40, 8],
      [10, 3],
      [100, 24],
    ] as const) {
      const before = terminal.output.length;
      terminal.resize(columns, rows);
      await terminal.shows((screen) => {
        const lines = screen.split('\n');
        return (
          terminal.output.slice(before).includes('\u001b[2J') &&
          screen.includes(columns < 20 ? 'The' : 'q quit') &&
          lines.length <= rows &&
          lines.every((line) => [...line].length <= columns)
        );
      });
    }
    terminal.type('q');
    await terminal.ended;
    leftClean(terminal);
  });

  it.each([
    ['Ctrl-C', (terminal: PseudoTerminal): unknown => terminal.type('\u0003')],
    ['SIGINT', (terminal: PseudoTerminal): unknown => process.kill(terminal.programPid(), 'SIGINT')],
    ['SIGTERM', (terminal: PseudoTerminal): unknown => process.kill(terminal.programPid(), 'SIGTERM')],
  ] as const)('leaves a clean terminal behind on %s', async (_, end) => {
    using terminal = new PseudoTerminal(between(program), size);
    await terminal.shows('127.0.0.1:4611');
    end(terminal);
    await terminal.ended;
    expect(terminal.output).toContain('ended 0');
    leftClean(terminal);
  });

  it('leaves a clean terminal behind when it crashes, and the reason can be read', async () => {
    const crash = `data:text/javascript,${encodeURIComponent('process.on("SIGUSR2", () => { throw new Error("a mistake"); })')}`;
    using terminal = new PseudoTerminal(
      between(shellCommand(['watch', '--netns', 'self']).replace(/^('[^']+')/, `$1 --import '${crash}'`)),
      size,
    );
    await terminal.shows('127.0.0.1:4611');
    process.kill(terminal.programPid(), 'SIGUSR2');
    await terminal.ended;
    leftClean(terminal);
    expect(terminal.output.slice(terminal.output.lastIndexOf('\u001b[?1049l'))).toContain('a mistake');
  });

  it('is stopped with Ctrl-Z and goes on', async () => {
    using terminal = new PseudoTerminal(`bash --norc -i`, { ...size, more: { PS1: 'shell> ' } });
    await sleep(500);
    terminal.type(`${program}\n`);
    await terminal.shows('127.0.0.1:4611');
    const pid = terminal.programPid();
    terminal.type('\u001a');
    const until = performance.now() + 10_000;
    const stateOf = (): string =>
      readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.slice(0, 1) ?? '';
    while (stateOf() !== 'T' && performance.now() < until) await sleep(20);
    expect(stateOf()).toBe('T');
    expect(terminal.output.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(
      terminal.output.lastIndexOf('\u001b[?1049h'),
    );
    terminal.type('fg\n');
    while (stateOf() === 'T' && performance.now() < until) await sleep(20);
    expect(stateOf()).not.toBe('T');
    await sleep(1500);
    await terminal.shows('127.0.0.1:4611');
    terminal.type('q');
    await sleep(1000);
    expect(terminal.output.split('\u001b[?1049h').length).toBe(terminal.output.split('\u001b[?1049l').length);
    terminal.type('exit\n');
    await terminal.ended;
  });

  it('draws without colour where NO_COLOR is set', async () => {
    using terminal = new PseudoTerminal(between(program), { ...size, more: { NO_COLOR: '1' } });
    await terminal.shows('127.0.0.1:4611');
    terminal.type('q');
    await terminal.ended;
    // Only "no colour" itself.
    const codes = terminal.output.split('\u001b[').flatMap((part) => /^([\d;]+)m/.exec(part)?.[1] ?? []);
    expect(new Set(codes)).toEqual(new Set(['0']));
    leftClean(terminal);
  });

  it('needs a terminal, and says what does without', async () => {
    const run = await runProgram(['watch']);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('halfopen listeners');
    expect(run.stderr).toContain('halfopen doctor');
  });

  it.each([
    ['0', 'A duration is a number'],
    ['1500ms', 'takes whole seconds'],
  ])('refuses --interval %s', async (interval, said) => {
    using terminal = new PseudoTerminal(
      `${shellCommand(['watch', '--interval', interval])}; echo "ended $?"`,
      size,
    );
    await terminal.ended;
    expect(terminal.output).toContain('ended 2');
    expect(terminal.output).toContain(said);
    expect(terminal.output).not.toContain('\u001b[?1049h');
  });

  it('refuses a namespace that is not there before it touches the terminal', async () => {
    using terminal = new PseudoTerminal(
      `${shellCommand(['watch', '--netns', 'nowhere'])}; echo "ended $?"`,
      size,
    );
    await terminal.ended;
    expect(terminal.output).toContain('ended 2');
    expect(terminal.output).not.toContain('\u001b[?1049h');
  });
});

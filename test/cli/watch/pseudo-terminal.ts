import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from '../start-program.ts';

/** A command in a terminal of its own (script(1) of util-linux), typed at and looked at as a person would. */
export class PseudoTerminal {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** All that came out of it. */
  output = '';

  constructor(
    command: string,
    { columns, rows, more = {} }: { columns: number; rows: number; more?: Readonly<Record<string, string>> },
  ) {
    const { CI, ...plain } = environment(more);
    this.#child = spawn('script', ['-qec', `stty cols ${columns} rows ${rows}; ${command}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: plain,
      timeout: 50_000,
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** What stands on the screen, drawn from what came out of it. */
  get screen(): string {
    const lines: string[] = [];
    let row = 0;
    for (const part of this.output
      .slice(this.output.lastIndexOf('\u001b[?1049h'))
      .split('\u001b[')
      .slice(1)) {
      const [, code = '', text = ''] = /^([?\d;]*[A-Za-z])([\s\S]*)$/.exec(part) ?? [];
      const place = /^(\d+);1H$/.exec(code)?.[1];
      if (code === '2J') lines.length = 0;
      if (place !== undefined) {
        row = Number(place) - 1;
        lines[row] = '';
      }
      if (text !== '') lines[row] = (lines[row] ?? '') + text;
    }
    return Array.from(lines, (line) => (line ?? '').trimEnd()).join('\n');
  }

  /** Until the screen holds it, or is as wanted. */
  async shows(what: string | RegExp | ((screen: string) => boolean), withinMs = 15_000): Promise<string> {
    const until = performance.now() + withinMs;
    while (performance.now() < until) {
      const { screen } = this;
      const isThere =
        typeof what === 'string'
          ? screen.includes(what)
          : typeof what === 'function'
            ? what(screen)
            : what.test(screen);
      if (isThere) return screen;
      await sleep(25);
    }
    throw new Error(`the screen does not show ${what}:\n${this.screen}`);
  }

  /** As the window of a terminal is drawn larger or smaller. */
  resize(columns: number, rows: number): void {
    const terminal = readlinkSync(`/proc/${this.programPid()}/fd/0`);
    spawnSync('stty', ['-F', terminal, 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Of the program in it. */
  programPid(): number {
    const pending = [this.#child.pid ?? 0];
    for (let pid = pending.shift(); pid !== undefined; pid = pending.shift()) {
      if (/\0watch\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')) && isNode(pid)) return pid;
      for (const task of readdirSync(`/proc/${pid}/task`))
        pending.push(
          ...readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
            .trim()
            .split(' ')
            .filter(Boolean)
            .map(Number),
        );
    }
    throw new Error('the program is not running');
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

function isNode(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/exe`) === process.execPath;
}

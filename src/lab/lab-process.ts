import type { ChildProcess } from 'node:child_process';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/** Longest a program may take between SIGTERM and its end before it is killed. */
const stopWithinMs = 2000;
const keptErrorText = 8192;

/**
 * A program of the lab while it runs. It says `ready {json}` once it stands and `done {json}` when its work is
 * over, each on one line; both promises reject with the program's own words when it ends without saying so.
 */
export class LabProcess<Ready = unknown, Done = unknown> {
  readonly pid: number;
  readonly ready: Promise<Ready>;
  readonly done: Promise<Done>;
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #answers: ((json: string) => void)[] = [];
  #errorText = '';

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    this.pid = child.pid ?? -1;
    this.exited = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        this.#errorText += error.message;
        resolve();
      });
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-keptErrorText);
    });
    const lines = new LineReader(child);
    this.ready = this.#announced<Ready>(lines, 'ready');
    this.done = this.#announced<Done>(lines, 'done');
    lines.on('answer', (json) => this.#answers.shift()?.(json));
    child.stdin?.on('error', () => {}); // EPIPE: it has ended, and whoever asked is told so.
  }

  /**
   * Sends one line of JSON to the program's standard input and gives the `answer {json}` it says to it; for programs
   * that listen (and were started with a pipe there). Rejects when the program ends first.
   */
  ask<Answer>(message: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answers.push((json) => resolve(JSON.parse(json) as Answer));
      this.exited.then(() => reject(this.#endedBefore('answer')));
      this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    });
  }

  /** "SIGSTOP", "SIGCONT", ...; does nothing when the process has ended. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks the program to end (also when it is stopped), insists after two seconds, resolves when it has ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    this.#child.kill('SIGCONT');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    await this.exited;
    clearTimeout(insist);
  }

  #announced<T>(lines: LineReader, word: string): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      lines.on(word, (json) => resolve(JSON.parse(json) as T));
      this.exited.then(() => reject(this.#endedBefore(word)));
    });
    promise.catch(() => {}); // Nobody has to wait for both; whoever does still gets the error.
    return promise;
  }

  #endedBefore(word: string): HalfopenError {
    return new HalfopenError(exitCodes.cannotObserve, {
      attempted: `wait for "${word}" from the lab program`,
      on: this.#name,
      said: this.#errorText.trim() || `it ended with ${this.#child.exitCode ?? this.#child.signalCode}`,
    });
  }
}

/** Calls back for each line "<word> <rest>" a process writes. */
class LineReader {
  readonly #listeners = new Map<string, (rest: string) => void>();
  #unfinished = '';

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  on(word: string, listener: (rest: string) => void): void {
    this.#listeners.set(word, listener);
  }

  #read(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      this.#listeners.get(line.slice(0, space))?.(line.slice(space + 1));
    }
  }
}

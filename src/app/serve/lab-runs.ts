import { randomBytes } from 'node:crypto';
import { usageError } from '../../base/errors.ts';
import type { ApiLabRequest, ApiLabRun, ApiLabRunLine } from '../../contract/api.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import { type EndedRun, runOwnProgram } from './run-own-program.ts';

const MOST_KEPT = 20;
const MOST_PROGRESS = 200;
/** The longest scenario waits out tcp_retries2, some 16 minutes. */
const LONGEST_MS = 30 * 60_000;

interface Held {
  told: ApiLabRun;
  readonly stop: AbortController;
  readonly listeners: Set<(run: ApiLabRun) => void>;
}

/** Scenarios that viewers have started, one at a time, each in a process of its own. */
export class LabRuns {
  readonly #program: string;
  readonly #nowMs: () => number;
  readonly #runs = new Map<string, Held>();
  #playing: Promise<void> | undefined;

  constructor(program: string, nowMs: () => number) {
    this.#program = program;
    this.#nowMs = nowMs;
  }

  get isPlaying(): boolean {
    return this.#playing !== undefined;
  }

  /** Throws HalfopenError (usage) for a scenario or setting that there is not. Not to be called while another plays. */
  async start(request: ApiLabRequest): Promise<ApiLabRun> {
    // Scenarios are loaded when the first one is played: a recorder can do without the memory.
    const { foretell } = await import('./foretell.ts');
    const { scenario: name, family = 'ipv4', set = {}, seed } = request;
    const texts = Object.entries(set).map(([setting, value]) => `${setting}=${value}`);
    const foretold = foretell(name, family, texts);
    if (this.isPlaying) throw usageError('play', name, 'Another scenario is being played.');
    const held: Held = {
      told: {
        id: randomBytes(8).toString('hex'),
        scenario: name,
        family,
        startedMs: this.#nowMs(),
        state: 'running',
        ...foretold,
        progress: [],
        run: null,
        failure: null,
      },
      stop: new AbortController(),
      listeners: new Set(),
    };
    this.#keep(held);
    const args = ['lab', 'run', name, '--json', `--family=${family}`];
    args.push(...texts.map((text) => `--set=${text}`), ...(seed === undefined ? [] : [`--seed=${seed}`]));
    this.#playing = this.#play(held, args).finally(() => {
      this.#playing = undefined;
    });
    return held.told;
  }

  /** Newest first. */
  list(): readonly ApiLabRunLine[] {
    return [...this.#runs.values()]
      .map(({ told: { id, scenario, family, startedMs, state } }) => ({
        id,
        scenario,
        family,
        startedMs,
        state,
      }))
      .reverse();
  }

  get(id: string): ApiLabRun | undefined {
    return this.#runs.get(id)?.told;
  }

  followers(id: string): number {
    return this.#runs.get(id)?.listeners.size ?? 0;
  }

  /** Called with each change until the run is over; returns how to end it. */
  follow(id: string, listener: (run: ApiLabRun) => void): () => void {
    const listeners = this.#runs.get(id)?.listeners;
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  /** Resolves when it has cleaned up. */
  async stop(id: string): Promise<ApiLabRun | undefined> {
    const held = this.#runs.get(id);
    if (held?.told.state === 'running') {
      held.stop.abort();
      await this.#playing;
    }
    return held?.told;
  }

  async close(): Promise<void> {
    for (const { stop } of this.#runs.values()) stop.abort();
    await this.#playing;
  }

  async #play(held: Held, args: readonly string[]): Promise<void> {
    const { stop } = held;
    const tooLong = setTimeout(() => stop.abort(), LONGEST_MS);
    try {
      const ended = await runOwnProgram(this.#program, args, {
        stop: stop.signal,
        onLine: (text) => this.#tell(held, { progress: this.#withLine(held.told, text) }),
      });
      this.#tell(held, outcomeOf(ended, stop.signal.aborted));
    } catch (error) {
      this.#tell(held, { state: 'failed', failure: error instanceof Error ? error.message : String(error) });
    } finally {
      clearTimeout(tooLong);
    }
  }

  #withLine({ progress, scenario, family, startedMs }: ApiLabRun, line: string): ApiLabRun['progress'] {
    const text = line.replace(`${scenario} (${family}): `, '');
    return [...progress, { atMs: this.#nowMs() - startedMs, text }].slice(-MOST_PROGRESS);
  }

  #tell(held: Held, change: Partial<ApiLabRun>): void {
    held.told = { ...held.told, ...change };
    for (const listener of held.listeners) listener(held.told);
  }

  #keep(held: Held): void {
    this.#runs.set(held.told.id, held);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MOST_KEPT && oldest !== undefined) this.#runs.delete(oldest);
  }
}

/** A run whose checks failed (exit code 1) was measured as well as one that passed. */
function outcomeOf(
  { exitCode, stdout, lines }: EndedRun,
  stopped: boolean,
): Pick<ApiLabRun, 'state' | 'run' | 'failure'> {
  const run = exitCode === 0 || exitCode === 1 ? readRun(stdout) : undefined;
  if (stopped) return { state: 'stopped', run: run ?? null, failure: null };
  if (run !== undefined) return { state: 'done', run, failure: null };
  return { state: 'failed', run: null, failure: lines.slice(-3).join(' ') || 'it ended without a result' };
}

function readRun(stdout: string): LabRun | undefined {
  try {
    return JSON.parse(stdout) as LabRun;
  } catch {
    return undefined;
  }
}

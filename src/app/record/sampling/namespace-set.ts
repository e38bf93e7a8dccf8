import { type FoundNamespace, findNamespaces } from '../../../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../../../kernel/netns/select-namespaces.ts';
import { Budget } from '../budget.ts';
import { BlackBox } from '../incidents/black-box.ts';
import type { HostEvidence } from '../judging/judge-window.ts';
import { NamespaceJudge } from '../judging/namespace-judge.ts';
import { NamespaceRecorder } from './namespace-recorder.ts';

/** Looking for namespaces reads a link of each process. */
const SEARCH_SHARE = 0.002;
const SEARCH_EVERY_MS = 1500;
/** Of the rings' memory, what those get that are there at the start; the rest is for those that come. */
const FIRST_SHARE = 0.5;
const LATER_SHARE = 0.25;
const SMALLEST_RING_BYTES = 256 * 1024;
const LARGEST_RING_BYTES = 64 * 1024 ** 2;

export interface RecordedNamespace {
  readonly recorder: NamespaceRecorder;
  readonly blackBox: BlackBox;
  readonly judge: NamespaceJudge;
}

export interface NamespaceSetOptions {
  readonly netns: string;
  readonly blackBoxBytes: number;
  readonly host: HostEvidence;
  readonly walks: Budget;
  readonly onGone: (namespace: RecordedNamespace) => void;
}

/** The namespaces that are recorded: those that are there, those that come. */
export class NamespaceSet implements Disposable {
  readonly #options: NamespaceSetOptions;
  readonly #searches = new Budget(SEARCH_SHARE, 50);
  readonly #all = new Map<number, RecordedNamespace>();
  #ringBytesLeft: number;
  #searchedMs = Number.NEGATIVE_INFINITY;
  #hidden = 0;

  /** Throws HalfopenError where `netns` names none. */
  constructor(options: NamespaceSetOptions) {
    this.#options = options;
    this.#ringBytesLeft = options.blackBoxBytes;
    const chosen = this.#find();
    for (const found of chosen) this.#open(found, (this.#ringBytesLeft * FIRST_SHARE) / chosen.length);
  }

  get all(): readonly RecordedNamespace[] {
    return [...this.#all.values()];
  }

  /** Processes whose namespace may not be seen. */
  get hidden(): number {
    return this.#hidden;
  }

  #find(): readonly FoundNamespace[] {
    const scan = findNamespaces();
    this.#hidden = scan.hidden;
    return selectNamespaces(this.#options.netns, scan);
  }

  #open(found: FoundNamespace, ringBytes: number): void {
    const { blackBoxBytes, host, walks } = this.#options;
    const recorder = new NamespaceRecorder(found);
    const bytes = Math.max(SMALLEST_RING_BYTES, Math.min(LARGEST_RING_BYTES, ringBytes));
    const blackBox = new BlackBox(recorder.access, blackBoxBytes === 0 ? 0 : bytes);
    this.#ringBytesLeft = Math.max(0, this.#ringBytesLeft - bytes);
    const judge = new NamespaceJudge(recorder, blackBox, host, walks);
    this.#all.set(found.inode, { recorder, blackBox, judge });
  }

  /** To be called after each round; looks about once a second. `nowMs` of a clock that does not go back. */
  search(nowMs: number): void {
    if (this.#options.netns !== 'all' || nowMs - this.#searchedMs < SEARCH_EVERY_MS) return;
    if (!this.#searches.allows(nowMs)) return;
    this.#searchedMs = nowMs;
    const found = this.#searches.charge(() => this.#find());
    const there = new Map(found.map((one) => [one.inode, one]));
    for (const [inode, namespace] of this.#all) {
      const now = there.get(inode);
      if (now === undefined) this.#close(inode, namespace);
      else namespace.recorder.refresh(now);
    }
    for (const one of found)
      if (!this.#all.has(one.inode)) this.#open(one, this.#ringBytesLeft * LATER_SHARE);
  }

  #close(inode: number, namespace: RecordedNamespace): void {
    this.#all.delete(inode);
    this.#options.onGone(namespace);
    // What is being judged still reads.
    namespace.judge.settled().finally(() => dispose(namespace));
  }

  async settled(): Promise<void> {
    await Promise.all(this.all.map(({ judge }) => judge.settled()));
  }

  [Symbol.dispose](): void {
    for (const namespace of this.#all.values()) dispose(namespace);
    this.#all.clear();
  }
}

function dispose({ recorder, blackBox }: RecordedNamespace): void {
  blackBox[Symbol.dispose]();
  recorder[Symbol.dispose]();
}

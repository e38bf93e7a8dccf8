import type { ApiSeries, ApiSeriesList } from '../../contract/api.ts';
import { getJson } from '../api/get-json.ts';
import { type Rows, storedRows } from './rows.ts';
import type { Span } from './time-view.ts';

const waitMs = 40;
/** Of all series of one request together. */
const mostRowsAtOnce = 150_000;

interface Kept {
  readonly key: string;
  readonly rows: Rows;
}

/** Stretches that lie in the recorder's store. What charts ask for in the same moment is one request; each series keeps its last answer. */
export class StoredSeries {
  readonly #kept = new Map<number, Kept>();
  readonly #wanted = new Map<string, { readonly span: Span; readonly ids: Set<number> }>();
  readonly #underway = new Set<string>();
  readonly #arrived: () => void;
  readonly #mostRows: number;
  #timer = 0;

  /** `arrived` is called when there is something new; `mostRows`: how fine a stretch is asked for. */
  constructor(mostRows: number, arrived: () => void) {
    this.#mostRows = mostRows;
    this.#arrived = arrived;
  }

  /** The best there is at hand, which may be another stretch; what was asked for comes later. */
  rows(id: number, wanted: Span): Rows | undefined {
    const span = wholeSteps(wanted, this.#mostRows);
    const key = `${span.from}-${span.to}`;
    const kept = this.#kept.get(id);
    if (kept?.key !== key && !this.#underway.has(`${id} ${key}`)) this.#want(id, key, span);
    return kept?.rows;
  }

  #want(id: number, key: string, span: Span): void {
    const together = this.#wanted.get(key) ?? { span, ids: new Set<number>() };
    together.ids.add(id);
    this.#wanted.set(key, together);
    this.#underway.add(`${id} ${key}`);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), waitMs);
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [key, { span, ids }] of wanted) {
      const answer = await this.#answer(span, [...ids]);
      for (const one of answer) this.#kept.set(one.subject.id, { key, rows: storedRows(one) });
      // What has no answer is asked for again no sooner than another stretch is shown.
      if (answer.length > 0) for (const id of ids) this.#underway.delete(`${id} ${key}`);
    }
    if (this.#underway.size > 5000) this.#underway.clear();
    this.#arrived();
  }

  async #answer({ from, to }: Span, ids: readonly number[]): Promise<readonly ApiSeries[]> {
    const together = Math.max(1, Math.floor(mostRowsAtOnce / this.#mostRows));
    const all: ApiSeries[] = [];
    try {
      for (let at = 0; at < ids.length; at += together) {
        const list = ids.slice(at, at + together).join(',');
        const path = `series?from=${from}&to=${to}&ids=${list}&rows=${this.#mostRows}`;
        all.push(...(await getJson<ApiSeriesList>(path)).series);
      }
    } catch {
      // What has come is shown; the rest is asked for with the next stretch.
    }
    return all;
  }
}

/** While time passes the same stretch is asked for again only when there is something worth drawing. */
function wholeSteps({ from, to }: Span, mostRows: number): Span {
  const seconds = to - from;
  const step = seconds > 20_000 ? (mostRows > 10_000 ? 300 : 60) : seconds > 1500 ? 10 : 1;
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step };
}

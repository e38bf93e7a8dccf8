/** The page's script on a document that has just the members it uses. */
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { capturePageScript } from '../../../src/report/capture/capture-page-script.ts';

type Handler = (event: { key?: string; preventDefault: () => void }) => void;

/** As much of an element as the script asks for; `children` are its cells, rows or parts. */
class Piece {
  parent: Piece | undefined;
  children: Piece[] = [];
  attributes = new Map<string, string>();
  dataset: Record<string, string> = {};
  classes = new Set<string>();
  handlers = new Map<string, Handler>();
  hidden = false;
  disabled = true;
  value = '';
  hash = '';
  colSpan = 1;
  textContent = '';
  readonly kind: string;

  constructor(kind: string, ...children: readonly Piece[]) {
    this.kind = kind;
    this.append(...children);
  }

  get cells(): Piece[] {
    return this.children;
  }
  get rows(): Piece[] {
    return this.children;
  }
  get firstElementChild(): Piece | undefined {
    return this.children[0];
  }
  set className(name: string) {
    this.classes.add(name);
  }
  get classList(): { add: (name: string) => void; contains: (name: string) => boolean } {
    return { add: (name) => this.classes.add(name), contains: (name) => this.classes.has(name) };
  }
  append(...added: readonly Piece[]): void {
    for (const child of added) {
      child.remove();
      child.parent = this;
      this.children.push(child);
    }
  }
  after(added: Piece): void {
    added.parent = this.parent;
    this.parent?.children.splice(this.parent.children.indexOf(this) + 1, 0, added);
  }
  remove(): void {
    if (this.parent !== undefined) this.parent.children = this.parent.children.filter((one) => one !== this);
    this.parent = undefined;
  }
  insertCell(): Piece {
    const cell = new Piece('td');
    this.append(cell);
    return cell;
  }
  querySelector(kind: string): Piece | undefined {
    for (const child of this.children) {
      const found = child.kind === kind ? child : child.querySelector(kind);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  getAttribute(name: string): string | undefined {
    return this.attributes.get(name);
  }
  addEventListener(type: string, handler: Handler): void {
    this.handlers.set(type, handler);
  }
  scrollIntoView(): void {
    this.dataset.scrolled = 'yes';
  }
  fire(type: string, key?: string): void {
    const event = { preventDefault: () => {}, ...(key === undefined ? {} : { key }) };
    this.handlers.get(type)?.(event);
  }
}

interface Row {
  readonly number: number;
  readonly judgement: string;
  readonly client: string;
  /** Milliseconds; null: unknown. */
  readonly connect: number | null;
}

const given: readonly Row[] = [
  { number: 31, judgement: 'syn-timeout', client: '10.0.0.10:1', connect: null },
  { number: 4, judgement: 'slow-open', client: '10.0.0.9:1', connect: 1028 },
  { number: 200, judgement: 'completed', client: '10.0.0.100:1', connect: 0.4 },
];

const named = new Map<string, Piece>();
let body: Piece;
let heads: Piece[];
let select: Piece;

function start(hash = ''): void {
  named.clear();
  body = new Piece('tbody', ...given.map(drawnRow));
  heads = ['no.', 'judgement', 'client', 'connect'].map((name) => {
    const head = new Piece('th', new Piece('button'));
    head.setAttribute('aria-sort', 'none');
    if (name === 'no.' || name === 'connect') head.classList.add('number');
    return head;
  });
  select = new Piece('select');
  const table = new Piece('table');
  const controls = new Piece('p', select, new Piece('output'));
  controls.hidden = true;
  named.set('connection-controls', controls);
  named.set(
    'connection-table',
    Object.assign(table, { tBodies: [body], tHead: { rows: [{ cells: heads }] } }),
  );
  const documentElement = new Piece('html');
  named.set('html', documentElement);
  runInNewContext(capturePageScript.text, {
    document: {
      documentElement,
      getElementById: (id: string) => named.get(id) ?? null,
      createElement: (kind: string) => new Piece(kind),
    },
    location: { hash },
    getSelection: () => '',
  });
}

function drawnRow({ number, judgement, client, connect }: Row): Piece {
  const link = new Piece('a');
  link.hash = `#connection-${number}`;
  named.set(`connection-${number}`, new Piece('details', new Piece('.story')));
  const cells = [new Piece('td', link), new Piece('td'), new Piece('td'), new Piece('td')];
  const [first, second, third, last] = cells;
  if (first) first.dataset.v = String(number);
  if (second) second.textContent = judgement;
  if (third) third.textContent = client;
  if (last) last.dataset.v = connect === null ? '' : String(connect);
  const row = new Piece('tr', ...cells);
  row.dataset.judgement = judgement;
  return row;
}

const order = (): string[] =>
  body.children.map((row) => (row.classes.has('opened') ? 'ladder' : (row.cells[0]?.dataset.v ?? '')));
const sortBy = (column: number): void => heads[column]?.children[0]?.fire('click');
const sorts = (): (string | undefined)[] => heads.map((head) => head.getAttribute('aria-sort'));
const rowOf = (number: number): Piece => {
  const row = body.children.find(({ cells }) => cells[0]?.dataset.v === String(number));
  if (row === undefined) throw new Error(`no row ${number}`);
  return row;
};

describe('the script of a capture page', () => {
  beforeEach(() => start());

  it('wakes buttons and filter, and says that it is there', () => {
    expect(heads.map((head) => head.children[0]?.disabled)).toEqual([false, false, false, false]);
    expect(named.get('connection-controls')?.hidden).toBe(false);
    expect(named.get('html')?.classes.has('scripted')).toBe(true);
    expect(order()).toEqual(['31', '4', '200']);
  });

  it('sorts numbers largest first, then smallest first, what is unknown always last', () => {
    sortBy(3);
    expect(order()).toEqual(['4', '200', '31']);
    expect(sorts()).toEqual(['none', 'none', 'none', 'descending']);
    sortBy(3);
    expect(order()).toEqual(['200', '4', '31']);
    expect(sorts()[3]).toBe('ascending');
  });

  it('sorts addresses by their numbers', () => {
    sortBy(2);
    expect(order()).toEqual(['4', '31', '200']);
    sortBy(0);
    expect(order()).toEqual(['4', '31', '200']);
    expect(sorts()).toEqual(['ascending', 'none', 'none', 'none']);
  });

  it('opens a ladder below its row, takes it along, and puts it back', () => {
    const story = named.get('connection-4')?.children[0];
    rowOf(4).fire('click');
    expect(order()).toEqual(['31', '4', 'ladder', '200']);
    expect(body.children[2]?.cells[0]?.firstElementChild).toBe(story);
    expect(body.children[2]?.cells[0]?.colSpan).toBe(4);
    expect(rowOf(4).querySelector('a')?.getAttribute('aria-expanded')).toBe('true');
    sortBy(0);
    expect(order()).toEqual(['4', 'ladder', '31', '200']);
    rowOf(4).querySelector('a')?.fire('keydown', ' ');
    expect(order()).toEqual(['4', '31', '200']);
    expect(named.get('connection-4')?.children[0]).toBe(story);
    expect(rowOf(4).querySelector('a')?.getAttribute('aria-expanded')).toBe('false');
  });

  it('shows one judgement only, with its ladders', () => {
    rowOf(4).fire('click');
    select.value = 'completed';
    select.fire('change');
    expect(body.children.map(({ hidden }) => hidden)).toEqual([true, true, true, false]);
    expect(named.get('connection-controls')?.querySelector('output')?.textContent).toBe('1 shown');
    select.value = '';
    select.fire('change');
    expect(body.children.every(({ hidden }) => !hidden)).toBe(true);
  });

  it('opens the ladder that the address names', () => {
    start('#connection-200');
    expect(order()).toEqual(['31', '4', '200', 'ladder']);
    expect(rowOf(200).dataset.scrolled).toBe('yes');
  });

  it('leaves a page without connections alone', () => {
    expect(() =>
      runInNewContext(capturePageScript.text, { document: { getElementById: () => null } }),
    ).not.toThrow();
  });
});

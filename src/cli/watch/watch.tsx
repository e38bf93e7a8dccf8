import { Box, Text, useInput } from 'ink';
import { type ReactNode, useEffect, useReducer, useRef, useState } from 'react';
import type { UtcOffset } from '../../base/local-time.ts';
import { paintFor } from '../../report/ansi.ts';
import { filterRows, keepOrder, orderRows } from '../../report/watch/order-rows.ts';
import type { WatchModel, WatchRow } from '../../report/watch/watch-model.ts';
import { watchScreen } from '../../report/watch/watch-screen.ts';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import { choose, firstChoice, type Key } from './choose.ts';
import { ListenerBook } from './listener-book.ts';
import type { Screen } from './screen.ts';

export interface WatchProps {
  readonly feed: RecorderFeed;
  readonly screen: Screen;
  readonly colour: boolean;
  /** A picture each so many seconds. */
  readonly everySeconds: number;
  readonly utcOffset: UtcOffset;
  readonly onQuit: () => void;
  readonly onSuspend: () => void;
}

/** The list is put in order anew this often: lines that jump each second cannot be read. */
const ORDER_EVERY_S = 3;
const PAGE = 10;

interface Seen {
  readonly status: WatchModel['status'];
  readonly atSecond: number | undefined;
  readonly rows: readonly WatchRow[];
  readonly namespaces: WatchModel['namespaces'];
  readonly incidents: WatchModel['incidents'];
}

export function Watch(props: WatchProps): ReactNode {
  const { feed, screen, colour, everySeconds, utcOffset, onQuit, onSuspend } = props;
  const book = useRef(new ListenerBook()).current;
  const [seen, setSeen] = useState<Seen>(() => look(feed, book));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // No state: a key may come before what the last one did has been drawn.
  const chosen = useRef(firstChoice);
  const choice = chosen.current;

  useEffect(() => {
    const end = feed.subscribe((event) => {
      if (event.kind === 'second') book.add(event.second, feed.subjects);
      const isDue =
        event.kind === 'second' ? event.second.atSecond % everySeconds === 0 : event.kind === 'incident';
      if (isDue && !chosen.current.isPaused) setSeen(look(feed, book));
    });
    screen.on('resize', redraw);
    return () => {
      end();
      screen.off('resize', redraw);
    };
  }, [feed, book, screen, everySeconds]);

  const rows = useOrdered(seen, choice.sort);
  const shown = filterRows(rows, choice.filter);
  useInput((input, inkKey) => {
    const before = chosen.current;
    for (const key of keysOf(input, inkKey)) {
      if (key.input === SUSPEND) return onSuspend();
      if (key.input === INTERRUPT || (key.input === 'q' && !chosen.current.isTyping)) return onQuit();
      const ids = filterRows(rows, chosen.current.filter).map(({ id }) => id);
      chosen.current = choose(chosen.current, key, { ids, page: PAGE });
    }
    if (before.isPaused && !chosen.current.isPaused) setSeen(look(feed, book));
    redraw();
  });

  const lines = watchScreen(
    { ...seen, rows: shown, listeners: rows.length, choice },
    { paint: paintFor(colour), columns: screen.columns, rows: screen.rows, utcOffset },
  );
  return (
    <Box flexDirection="column">
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the screen is its place.
        <Text key={at} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

function look(feed: RecorderFeed, book: ListenerBook): Seen {
  return {
    status: feed.status,
    atSecond: feed.latest?.atSecond,
    rows: book.rows(feed),
    namespaces: book.namespaces(feed),
    incidents: feed.openIncidents,
  };
}

/** In the order of a few seconds ago, unless another one is asked for. */
function useOrdered({ rows, atSecond = 0 }: Seen, sort: WatchModel['choice']['sort']): readonly WatchRow[] {
  const order = useRef<{ ids: readonly number[]; atSecond: number; sort: string } | undefined>(undefined);
  const before = order.current;
  const isDue =
    before === undefined || before.sort !== sort || Math.abs(atSecond - before.atSecond) >= ORDER_EVERY_S;
  const ordered = isDue ? orderRows(rows, sort) : keepOrder(orderRows(rows, sort), before.ids);
  order.current = {
    ids: ordered.map(({ id }) => id),
    atSecond: isDue ? atSecond : before.atSecond,
    sort,
  };
  return ordered;
}

const INTERRUPT = '\u0003';
const SUSPEND = '\u001a';

const controls: ReadonlyMap<string, NonNullable<Key['name']>> = new Map([
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\u001b', 'escape'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
]);

type InkKey = Parameters<Parameters<typeof useInput>[0]>[1];

const names = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  // What most terminals send for the backspace key (0x7f) is called so by Ink.
  ['delete', 'backspace'],
] as const;

/** What is typed quickly, or pasted, comes as one. */
function keysOf(input: string, key: InkKey): readonly Key[] {
  if (key.ctrl) return input === 'c' ? [{ input: INTERRUPT }] : input === 'z' ? [{ input: SUSPEND }] : [];
  const name = names.find(([inkName]) => key[inkName])?.[1];
  if (name !== undefined) return [{ input: '', name }];
  if (key.meta) return [];
  return [...input].map((one) => {
    const control = controls.get(one);
    return control === undefined ? { input: one } : { input: '', name: control };
  });
}

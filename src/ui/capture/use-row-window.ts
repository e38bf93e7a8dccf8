import { type RefObject, useEffect, useRef, useState } from 'react';
import type { ConnectionRecord } from '../../tcp/capture.ts';
import type { CaptureClient } from './capture-client.ts';

const spareRows = 12;

interface RowWindow {
  readonly box: RefObject<HTMLElement | null>;
  /** The place in the list of the first of `rows`. */
  readonly first: number;
  readonly rows: readonly ConnectionRecord[];
}

/** The rows of a list that can be seen in a box that scrolls, and a few beside them. */
export function useRowWindow(
  capture: CaptureClient,
  list: { readonly count: number; readonly version: number },
  rowHeight: number,
): RowWindow {
  const box = useRef<HTMLElement>(null);
  const [shown, setShown] = useState<Omit<RowWindow, 'box'>>({ first: 0, rows: [] });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another list
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let current = true;
    const fetchRows = async (): Promise<void> => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - spareRows);
      const most = Math.ceil(element.clientHeight / rowHeight) + 2 * spareRows;
      const rows = await capture.rows(first, Math.min(list.count, first + most));
      if (current) setShown({ first, rows });
    };
    const load = (): void => void fetchRows().catch(() => {});
    load();
    element.addEventListener('scroll', load, { passive: true });
    return () => {
      current = false;
      element.removeEventListener('scroll', load);
    };
  }, [capture, list.version, list.count, rowHeight]);
  return { box, ...shown };
}

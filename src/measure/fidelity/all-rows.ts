import type { FidelityRow } from './fidelity-row.ts';
import { lastingRows } from './rows/lasting-rows.ts';
import { openingRows } from './rows/opening-rows.ts';
import { queuesRows } from './rows/queues-rows.ts';

/** Every row, in the order of the page. */
export const allRows: readonly FidelityRow[] = [...openingRows, ...queuesRows, ...lastingRows];

import type { CaptureReport, ConnectionRecord, ConnectionStory } from '../../tcp/capture.ts';

/** How connections are listed. `filter`: as `capture analyze --filter` takes it, or "". */
export interface ListWish {
  readonly filter: string;
  readonly order: 'worst' | 'number';
}

/** What the page asks of the thread that reads the capture. Each has an answer with the same id. */
export type CaptureRequest =
  | { readonly id: number; readonly ask: 'read'; readonly file: File }
  | { readonly id: number; readonly ask: 'list'; readonly wish: ListWish }
  /** Of the list that was made last. */
  | { readonly id: number; readonly ask: 'rows'; readonly from: number; readonly to: number }
  | { readonly id: number; readonly ask: 'story'; readonly number: number };

export interface CaptureAnswers {
  readonly read: CaptureReport;
  /** How many there are in the list. */
  readonly list: number;
  readonly rows: readonly ConnectionRecord[];
  readonly story: ConnectionStory | null;
}

export type CaptureReply =
  | { readonly id: number; readonly value: CaptureAnswers[keyof CaptureAnswers] }
  | { readonly id: number; readonly failed: string }
  /** Of the file, compressed where it is. */
  | { readonly id: number; readonly doneBytes: number; readonly totalBytes: number };

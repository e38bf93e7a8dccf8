import type { ConnectionRecord } from '../../tcp/capture.ts';

export interface ConnectionColumn {
  /** Ends in the unit where there is one. */
  readonly name: string;
  /** For documentation. */
  readonly meaning: string;
  /** null: there is none, an empty cell. */
  readonly cell: (record: ConnectionRecord) => string | number | boolean | null;
}

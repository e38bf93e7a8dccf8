/** The contract of `tune rollback --json`, version 1, as a schema: what was put back, or (`--list`) what was applied. */
import * as z from 'zod';
import { type AppliedListing, type UndoneStep, undoOutcomes } from '../tcp/applied-plan.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

interface RolledBackDocument {
  readonly schemaVersion: 1;
  readonly id: string | null;
  readonly steps: readonly UndoneStep[];
}

interface AppliedListDocument {
  readonly schemaVersion: 1;
  readonly applied: readonly AppliedListing[];
}

const rolledBackSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().nullable().describe('null: nothing was there to be rolled back'),
  steps: z
    .array(
      z.strictObject({
        step: z.int().min(1),
        kind: z.enum(['sysctl', 'drop-in', 'configuration']),
        what: z.string(),
        outcome: z
          .enum(undoOutcomes)
          .describe('refused: somebody has changed it since, and nothing was done'),
        said: z.string(),
      }),
    )
    .describe('The last step first; none: it was rolled back before'),
}) satisfies z.ZodType<RolledBackDocument>;

const appliedListSchema = z.strictObject({
  schemaVersion: z.literal(1),
  applied: z
    .array(
      z.strictObject({
        id: z.string(),
        atMs: z.number().nullable().describe('ms since 1970'),
        status: z.string(),
        what: z.array(z.string()).describe('What rollback would put back'),
      }),
    )
    .describe('The oldest first'),
}) satisfies z.ZodType<AppliedListDocument>;

const rollbackSchema = z.union([rolledBackSchema, appliedListSchema]);

/** What was rolled back or applied, version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTuneRollback(
  json: unknown,
): Agreed<z.infer<typeof rollbackSchema>, RolledBackDocument | AppliedListDocument> {
  const remedy = 'It is what `halfopen tune rollback --json` prints (schemaVersion 1).';
  return parseDocument<RolledBackDocument | AppliedListDocument>(
    rollbackSchema,
    json,
    'the rollback',
    remedy,
  );
}

export function tuneRollbackJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(rollbackSchema, 'rollback');
}

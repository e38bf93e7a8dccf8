/** The contract of `tune apply --json`, version 1, as a schema. */
import * as z from 'zod';
import type { AppliedPlan } from '../tcp/applied-plan.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

export interface AppliedDocument {
  readonly schemaVersion: 1;
  readonly plan: string;
  readonly chosen: readonly number[];
  readonly notEdited: readonly number[];
  readonly manual: readonly number[];
  readonly applied: AppliedPlan | null;
}

const numbers = z.array(z.int().min(1));

const applySchema = z.strictObject({
  schemaVersion: z.literal(1),
  plan: z.string().describe('Id of the plan'),
  chosen: numbers.describe('Changes of the plan that are to be made'),
  notEdited: numbers.describe('Only with --edit-config'),
  manual: numbers.describe('Only a person can make them'),
  applied: z
    .strictObject({
      id: z.string().describe('For tune rollback'),
      state: z.string().describe('The folder of the journals'),
      steps: z.array(
        z.strictObject({
          changes: numbers,
          what: z.string(),
          outcome: z.enum(['made', 'so already', 'failed', 'not reached']),
          said: z.string(),
        }),
      ),
      later: z
        .array(
          z.strictObject({
            parameter: z.string(),
            value: z.string(),
            file: z.string(),
            line: z.int().min(1),
          }),
        )
        .describe('Lines of the host’s configuration that win at the next boot'),
    })
    .nullable()
    .describe('null: nothing was made (--dry-run, nothing chosen)'),
}) satisfies z.ZodType<AppliedDocument>;

/** What was applied, version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTuneApply(json: unknown): Agreed<z.infer<typeof applySchema>, AppliedDocument> {
  const remedy = 'It is what `halfopen tune apply --json` prints (schemaVersion 1).';
  return parseDocument<AppliedDocument>(applySchema, json, 'the applied plan', remedy);
}

export function tuneApplyJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(applySchema, 'apply');
}

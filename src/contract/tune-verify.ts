/** The contract of `tune verify --json`, version 1, as a schema. */
import * as z from 'zod';
import { findingIds } from '../tcp/finding.ts';
import { changeStates, type VerifiedPlan } from '../tcp/verified-plan.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

interface VerifiedDocument extends VerifiedPlan {
  readonly schemaVersion: 1;
}

const verifySchema = z.strictObject({
  schemaVersion: z.literal(1),
  plan: z.string().describe('Id of the plan'),
  changes: z.array(
    z.strictObject({
      id: z.int().min(1).describe('Number of the change in the plan'),
      optional: z.boolean(),
      what: z.string(),
      state: z.enum(changeStates),
      said: z.string().describe('What was read, and what is left to do'),
    }),
  ),
  findings: z.array(
    z.strictObject({
      id: z.enum(findingIds),
      namespace: z.int().describe('Inode of the network namespace'),
      title: z.string(),
      state: z.enum(['gone', 'still-there', 'unknown']),
      said: z.string(),
    }),
  ),
}) satisfies z.ZodType<VerifiedDocument>;

/** What was verified, version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTuneVerify(json: unknown): Agreed<z.infer<typeof verifySchema>, VerifiedDocument> {
  const remedy = 'It is what `halfopen tune verify --json` prints (schemaVersion 1).';
  return parseDocument<VerifiedDocument>(verifySchema, json, 'the verified plan', remedy);
}

export function tuneVerifyJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(verifySchema, 'verify');
}

import { z } from 'zod';
import type { Proof } from '../tcp/proof.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import { labRunSchema } from './lab-run.ts';
import type { Agreed } from './same-shape.ts';

const change = z.strictObject({
  name: z.string(),
  before: z.union([z.number(), z.string()]),
  after: z.union([z.number(), z.string()]),
});

const proofSchema = z.strictObject({
  schemaVersion: z.literal(1),
  finding: z.string().describe('Id of the finding whose remedy was tried'),
  subject: z.string(),
  remedy: z.string().describe('In words'),
  proposed: z.string().optional().describe('The same in the words of the report'),
  failure: z.string().optional().describe('What counts as the failure'),
  failureShown: z
    .boolean()
    .optional()
    .describe('False: it did not show without the remedy: nothing is proved'),
  changed: z.array(change).describe('Parameters that differ between the two runs'),
  before: labRunSchema,
  after: labRunSchema,
  rows: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      before: z.number(),
      after: z.number(),
      inVain: z.number().optional(),
      better: z.enum(['more', 'less', 'neither']),
      improved: z.boolean(),
    }),
  ),
  worked: z.boolean().describe('The failure showed before, and is gone after'),
  inVain: z
    .strictObject({
      change: z.string(),
      changed: z.array(change),
      run: labRunSchema,
      failureStayed: z.boolean().describe('The change does nothing'),
    })
    .optional(),
  scaled: z.array(z.string()).optional().describe('What is smaller or shorter than on the host'),
  doesNotProve: z.array(z.string()).optional(),
}) satisfies z.ZodType<Proof>;

/** A proof of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseProof(json: unknown): Agreed<z.infer<typeof proofSchema>, Proof> {
  const remedy = 'A proof is what `halfopen prove ID --report FILE --json` prints (schemaVersion 1).';
  return parseDocument<Proof>(proofSchema, json, 'the proof', remedy);
}

export function proofJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(proofSchema, 'proof');
}

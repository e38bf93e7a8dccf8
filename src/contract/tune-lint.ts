/** The contract of `tune lint --json`, version 1, as a schema. */
import * as z from 'zod';
import { valueProblems } from '../tcp/parameters/judge-value.ts';
import { lineJudgements, type TuneLint } from '../tcp/tune-lint.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

const place = { file: z.string(), line: z.number().int().min(1) };

export const tuneLintSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kernel: z.string().describe('The release whose rules were used: "6.18"'),
  files: z.array(z.string()).describe('In the order in which they are applied'),
  lines: z.array(
    z.strictObject({
      ...place,
      parameter: z.string().describe('As sysctl(8) writes it'),
      value: z.string(),
      judgement: z.enum(lineJudgements),
      because: z.string(),
      effective: z.boolean().describe('False where a later line sets the same'),
      overriddenBy: z.strictObject(place).optional(),
      problem: z.enum(valueProblems).optional().describe('Why the kernel does not do what the line says'),
    }),
  ),
  errors: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number().int().min(1).optional().describe('Absent where it is about the whole file'),
      message: z.string(),
    }),
  ),
  notes: z.array(z.string()),
}) satisfies z.ZodType<TuneLint>;

/** A linted configuration of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTuneLint(json: unknown): Agreed<z.infer<typeof tuneLintSchema>, TuneLint> {
  const remedy = 'It is what `halfopen tune lint --json` prints (schemaVersion 1).';
  return parseDocument<TuneLint>(tuneLintSchema, json, 'the linted configuration', remedy);
}

export function tuneLintJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(tuneLintSchema, 'lint');
}

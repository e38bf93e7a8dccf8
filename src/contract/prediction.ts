/** The contract of `predict --json`, version 1, as a schema; `lab run --json` carries the same. */
import * as z from 'zod';
import { modelNames, type Prediction } from '../tcp/prediction.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

const values = z.record(z.string(), z.union([z.number(), z.string()]));

const outcome = z.strictObject({
  atMs: z.number().nullable().describe('null: never, as long as nobody does anything'),
  latestMs: z.number().nullable(),
  errno: z.string().nullable().describe('What the application is told; null: nothing'),
  state: z.string().describe('Of the socket from then on'),
});

export const predictionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.enum(modelNames),
  kernel: z.string().describe('The release whose rules were used: "6.18"'),
  inputs: values.describe('What the prediction depends on'),
  events: z.array(
    z.strictObject({
      atMs: z.number().describe("After the model's start, when every timer fires as asked"),
      latestMs: z.number().describe("With the kernel's rounding: timers are late, never early"),
      from: z.enum(['client', 'server']),
      what: z.enum(['SYN', 'SYN-ACK', 'ACK', 'probe', 'data', 'FIN', 'RST', 'ICMP']),
    }),
  ),
  outcome,
  limits: z
    .strictObject({ acceptQueue: z.number(), synQueue: z.number() })
    .optional()
    .describe('Connections that fit; model "queues" only'),
  alternatives: z
    .array(outcome)
    .optional()
    .describe('Other ends that a few milliseconds of difference lead to'),
  answer: z.string().optional().describe('The answer in a sentence or two'),
  ignored: values.optional().describe('Inputs that change nothing here, whatever their value'),
  because: z.array(z.string()).describe('Which rule decided, with its kernel function or RFC section'),
}) satisfies z.ZodType<Prediction>;

/** A prediction of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parsePrediction(json: unknown): Agreed<z.infer<typeof predictionSchema>, Prediction> {
  const remedy = 'A prediction is what `halfopen predict MODEL --json` prints (schemaVersion 1).';
  return parseDocument<Prediction>(predictionSchema, json, 'the prediction', remedy);
}

export function predictionJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(predictionSchema, 'prediction');
}

/** The contract of `lab run --json`, version 1, as a schema. The prediction in it is the contract of `predict --json`. */
import * as z from 'zod';
import type { LabRun } from '../tcp/lab-run.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import { predictionSchema } from './prediction.ts';
import type { Agreed } from './same-shape.ts';

const side = z.enum(['client', 'server']);
const values = z.record(z.string(), z.union([z.number(), z.string()]));

const check = z.strictObject({
  name: z.string(),
  predicted: z.union([z.number(), z.string()]),
  measured: z.union([z.number(), z.string()]),
  unit: z.string(),
  ok: z.boolean(),
  why: z.string().describe('The tolerance and its reason'),
});

const packet = z.strictObject({
  atMs: z.number(),
  from: side,
  flags: z.string().describe('As tcpdump writes them; an ICMP error by its name'),
  bytes: z.int().min(0).describe('Payload'),
  clientPort: z.int().min(0).max(65_535),
  sequence: z.int().min(0),
  acknowledgement: z.int().min(0),
  lost: z.literal(true).optional().describe('Sent by one end and never seen by the other'),
});

const series = z.strictObject({
  name: z.string(),
  unit: z.string(),
  points: z.array(z.strictObject({ atMs: z.number(), value: z.number() })),
  limit: z.number().optional(),
});

export const labRunSchema = z.strictObject({
  schemaVersion: z.literal(1),
  scenario: z.string(),
  purpose: z.string(),
  kernel: z.string(),
  family: z.enum(['ipv4', 'ipv6']),
  parameters: values,
  seed: z.number(),
  conclusion: z.string().optional().describe('What was seen, in one clause'),
  passed: z.boolean().describe('Every check held and the run is complete'),
  complete: z.boolean(),
  incompleteBecause: z.array(z.string()),
  predicted: predictionSchema.nullable(),
  checks: z.array(check),
  packets: z.array(packet),
  packetsSeen: z.int().min(0),
  findings: z.strictObject({
    expected: z.array(z.string()),
    forbidden: z.array(z.string()),
    given: z.array(z.string()),
  }),
  capture: z.string().nullable(),
  metrics: z.array(
    z.strictObject({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      better: z.enum(['more', 'less', 'neither']),
    }),
  ),
  series: z.array(series),
  story: z.array(z.strictObject({ atMs: z.number(), text: z.string() })),
  tookMs: z.number(),
}) satisfies z.ZodType<LabRun>;

/** A run of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseLabRun(json: unknown): Agreed<z.infer<typeof labRunSchema>, LabRun> {
  const remedy = 'A run is what `halfopen lab run NAME --json` prints (schemaVersion 1).';
  return parseDocument<LabRun>(labRunSchema, json, 'the run', remedy);
}

export function labRunJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(labRunSchema, 'lab run');
}

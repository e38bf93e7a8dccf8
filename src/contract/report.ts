/** The report contract, version 1, as a schema: what `doctor --json` prints and what `--report FILE` reads. */
import * as z from 'zod';
import type { ContractReport } from '../tcp/report.ts';
import { parseDocument } from './document.ts';
import { findingSchema, unknownSchema } from './finding.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

const listener = z.strictObject({
  family: z.enum(['ipv4', 'ipv6']),
  address: z.string(),
  port: z.int().min(0).max(65_535),
  acceptQueue: z
    .strictObject({
      length: z.int().min(0),
      limit: z.int().min(0).nullable().describe('null: unknown; limit + 1 connections fit'),
    })
    .describe('Connections at the end of the window'),
  limitSetBy: z.enum(['application', 'somaxconn', 'unknown']),
  synRecv: z.int().min(0).describe('Half-open requests at the end of the window'),
  drops: z
    .strictObject({ before: z.int().nullable(), after: z.int().nullable() })
    .describe(
      'sk_drops of the listener; null: unknown. Says which listener drops, not how many connections were lost',
    ),
  process: z.strictObject({ pid: z.int(), name: z.string(), cgroup: z.string() }).nullable(),
});

const namespace = z.strictObject({
  inode: z.int(),
  names: z.array(z.string()),
  pids: z.array(z.int()),
  listeners: z.array(listener),
  states: z.record(z.string(), z.int()).describe('Sockets per TCP state at the end of the window'),
  counters: z
    .record(z.string(), z.strictObject({ before: z.number(), after: z.number() }))
    .describe('Kernel counters by Group.Name: those that moved, and the telling ones'),
  sysctls: z.record(z.string(), z.string()),
});

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  host: z.strictObject({
    hostname: z.string(),
    kernelRelease: z.string(),
    observedFromMs: z.number().describe('ms since 1970'),
    observedToMs: z.number().describe('ms since 1970'),
  }),
  namespaces: z.array(namespace),
  findings: z.array(findingSchema),
  unknowns: z
    .array(unknownSchema)
    .describe('Checks that could not be made; with any, an empty list of findings is no clean bill'),
}) satisfies z.ZodType<ContractReport>;

/** A report of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseReport(json: unknown): Agreed<z.infer<typeof reportSchema>, ContractReport> {
  const remedy = 'A report is what `halfopen doctor --json` prints (schemaVersion 1).';
  return parseDocument<ContractReport>(reportSchema, json, 'the report', remedy);
}

export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(reportSchema, 'report');
}

/** Findings and unknowns as every contract that has them hands them out. */
import * as z from 'zod';
import { confidences, findingIds, severities } from '../tcp/finding.ts';

const evidence = z.strictObject({
  source: z.string().describe('Where the number came from: sock_diag, /proc/net/netstat, packets ...'),
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string(),
  note: z.string().describe('The fact in words; may be empty'),
});

const remedy = z.strictObject({
  kind: z.enum(['application', 'sysctl', 'process', 'architecture']).describe('Where the change is made'),
  summary: z.string(),
  command: z.string().describe('What can be pasted; may be empty'),
  effect: z.string().describe('"none": a change that people try and that would not help'),
  risk: z.string(),
  change: z
    .strictObject({
      sysctls: z.record(z.string(), z.string()).optional(),
      backlog: z.int().min(1).optional().describe('What the program behind subject.listener should ask for'),
      why: z.string().describe('Why these numbers'),
      optional: z.boolean().optional().describe('It has a price, or only buys time'),
    })
    .optional()
    .describe('The remedy as data, where it is a setting'),
  idle: z.array(z.string()).optional().describe('With effect "none": the knobs that do nothing here'),
});

export const findingSchema = z.strictObject({
  id: z.enum(findingIds),
  severity: z.enum(severities),
  confidence: z.enum(confidences),
  namespace: z.int().describe('Inode of the network namespace'),
  subject: z.record(z.string(), z.string()).describe('What it is about, e.g. {"listener":"0.0.0.0:24224"}'),
  title: z.string(),
  explanation: z.string(),
  cause: z.strictObject({ id: z.string(), title: z.string() }),
  evidence: z.array(evidence),
  ruledOut: z.array(z.strictObject({ id: z.string(), because: z.string() })),
  remedies: z.array(remedy),
  experiment: z
    .strictObject({ scenario: z.string(), set: z.record(z.string(), z.string()) })
    .describe('The laboratory scenario that shows it; an empty name means there is none'),
});

export const unknownSchema = z.strictObject({
  rule: z.enum(findingIds),
  missing: z.string(),
  because: z.string(),
});

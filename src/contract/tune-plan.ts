/** The contract of `tune plan --json`, version 1, as a schema: also what `tune apply PLAN` reads. */
import * as z from 'zod';
import { findingIds, severities } from '../tcp/finding.ts';
import { planSchemaVersion, type TunePlan } from '../tcp/tune-plan.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

const anyChange = {
  id: z.int().min(1),
  namespace: z.int().describe('Inode of the network namespace'),
  findings: z.array(z.enum(findingIds)),
  optional: z.boolean().describe('Made only when it is named: it has a price, or nothing is wrong yet'),
  why: z.string().describe('Why this number'),
  effect: z.string(),
  risk: z.string(),
  doesNot: z.string().describe('What it will not cure'),
};

/** Names as sysctl(8) writes them: no part may lead out of /proc/sys. */
const parameterName = z.string().regex(/^[a-z]\w*(\.[\w-]+(\/[\w-]+)*)+$/i);

const sysctlChange = z.strictObject({
  kind: z.literal('sysctl'),
  ...anyChange,
  parameter: parameterName,
  present: z.string().nullable(),
  value: z.string().regex(/^[\w .,:-]+$/),
  read: z.string().describe('When the kernel looks at it'),
  lasts: z.enum(['drop-in', 'elsewhere']),
  keep: z.string().describe('Where it has to be written down to last'),
});

/** As it is after symbolic links: no part may lead upwards, and none hides what follows it. */
const absolute = z
  .string()
  .max(4095)
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)+$/u);

/** What is shown as one line is one; only a file that is made has several. */
const edit = z
  .strictObject({
    line: z.int().min(1),
    before: z.string(),
    after: z.string(),
    insert: z.literal(true).optional(),
    create: z.literal(true).optional(),
  })
  .refine(({ create, before, after }) => !(create ? /\0/ : /[\n\0]/).test(before + after), {
    message: 'expected an edit of one line',
  });

const configChange = z.strictObject({
  kind: z.literal('config-edit'),
  ...anyChange,
  listener: z.strictObject({
    family: z.enum(['ipv4', 'ipv6']),
    address: z.string(),
    port: z.int().min(1).max(65_535),
  }),
  server: z.string(),
  title: z.string(),
  pid: z.int().min(1),
  root: z
    .string()
    .regex(/^(\/proc\/\d+\/root)?$/)
    .describe('What stands before the file from outside'),
  file: absolute,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  edit,
  diff: z.string(),
  present: z.int().min(0).nullable(),
  value: z.int().min(1),
  takesEffect: z.strictObject({
    by: z.enum(['reload', 'restart', 'replacement']),
    command: z.string(),
    because: z.string(),
  }),
  check: z.string().nullable(),
  notes: z.array(z.string()),
});

const manualChange = z.strictObject({
  kind: z.literal('manual'),
  ...anyChange,
  summary: z.string(),
  command: z.string(),
});

const planSchema = z.strictObject({
  schemaVersion: z.literal(planSchemaVersion),
  id: z.string().regex(/^[\w-]{1,64}$/),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  madeAtMs: z.number().describe('ms since 1970'),
  host: z.strictObject({
    hostname: z.string(),
    kernelRelease: z.string(),
    machineId: z.string().nullable(),
    bootId: z.string().nullable().describe('null: made from a report of another host, and not to be applied'),
  }),
  namespaces: z.array(
    z.strictObject({
      inode: z.int(),
      names: z.array(z.string()),
      initial: z.boolean(),
      pid: z.int().min(1).nullable(),
      cookie: z.string().regex(/^\d+$/).nullable().describe('SO_NETNS_COOKIE'),
    }),
  ),
  changes: z
    .array(z.discriminatedUnion('kind', [sysctlChange, configChange, manualChange]))
    .refine((changes) => new Set(changes.map(({ id }) => id)).size === changes.length, {
      message: 'expected each number once',
    }),
  refusals: z.array(
    z.strictObject({
      knobs: z.array(z.string()),
      namespace: z.int(),
      finding: z.enum(findingIds),
      listener: z.string().nullable(),
      because: z.string(),
    }),
  ),
  findings: z.array(
    z.strictObject({
      id: z.enum(findingIds),
      namespace: z.int(),
      severity: z.enum(severities),
      cause: z.string(),
      title: z.string(),
      subject: z.record(z.string(), z.string()),
    }),
  ),
}) satisfies z.ZodType<TunePlan>;

/** A plan of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTunePlan(json: unknown): Agreed<z.infer<typeof planSchema>, TunePlan> {
  const remedy = 'A plan is what `halfopen tune plan --json` prints (schemaVersion 1).';
  return parseDocument<TunePlan>(planSchema, json, 'the plan', remedy);
}

export function tunePlanJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(planSchema, 'plan');
}

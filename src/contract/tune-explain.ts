/** The contract of `tune explain --json`, version 1, as a schema: one parameter, or (without a whole name) those that match. */
import * as z from 'zod';
import type { ExplainedParameter } from '../tcp/explained-parameter.ts';
import { valueProblems } from '../tcp/parameters/judge-value.ts';
import { judgements, type Parameter, subjects } from '../tcp/parameters/parameter.ts';
import { parseDocument } from './document.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

type PlainParameter = Omit<Parameter, 'judge' | 'range' | 'default' | 'advised'>;

interface ExplainedDocument extends PlainParameter, Omit<ExplainedParameter, 'parameter'> {
  readonly schemaVersion: 1;
}

interface ParameterListDocument {
  readonly schemaVersion: 1;
  readonly parameters: readonly Pick<Parameter, 'name' | 'subject' | 'meaning'>[];
}

const listed = {
  name: z.string().describe('"*" stands for any interface'),
  subject: z.enum(subjects),
  meaning: z.string(),
};

const explainedSchema = z.strictObject({
  schemaVersion: z.literal(1),
  ...listed,
  unit: z.string(),
  type: z.enum(['number', 'numbers', 'text']),
  scope: z.enum(['namespace', 'interface', 'global', 'view', 'ipc']),
  newNamespace: z.enum(['default', 'copy', 'absent', 'shared']),
  defaultNote: z.string().nullable(),
  since: z.string().nullable().describe('First kernel line that has it; null: older than 4.4, or not known'),
  removed: z.string().nullable().describe('First kernel line without it'),
  writable: z.boolean(),
  read: z.string().describe('When the kernel looks at it'),
  moves: z.string(),
  doesNot: z.string(),
  interactions: z.array(z.string()),
  source: z.string(),
  keep: z.string().describe('Why the default is right'),
  kernel: z.string().describe('The line whose rules were used: "6.18"'),
  default: z.string().nullable(),
  range: z.strictObject({ min: z.number(), max: z.number(), perHz: z.literal(true).optional() }).nullable(),
  here: z
    .array(z.strictObject({ of: z.string().describe('An interface, or ""'), value: z.string() }))
    .describe('Values in this network namespace; empty: not readable here'),
  verdicts: z.array(
    z.strictObject({
      value: z.string(),
      judgement: z.enum(judgements),
      because: z.string(),
      problem: z.enum(valueProblems).nullable().describe('Why the kernel does not do what the value says'),
    }),
  ),
}) satisfies z.ZodType<ExplainedDocument>;

const listSchema = z.strictObject({
  schemaVersion: z.literal(1),
  parameters: z.array(z.strictObject(listed)),
}) satisfies z.ZodType<ParameterListDocument>;

const explainSchema = z.union([explainedSchema, listSchema]);

/** A parameter or a list of them, version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseTuneExplain(
  json: unknown,
): Agreed<z.infer<typeof explainSchema>, ExplainedDocument | ParameterListDocument> {
  const remedy = 'It is what `halfopen tune explain --json` prints (schemaVersion 1).';
  return parseDocument<ExplainedDocument | ParameterListDocument>(
    explainSchema,
    json,
    'the explained parameter',
    remedy,
  );
}

export function tuneExplainJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(explainSchema, 'explain');
}

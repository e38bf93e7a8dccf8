import { toJSONSchema, type ZodType } from 'zod';

/** A contract as JSON Schema, draft 2020-12, for other people's validators; `of`: "report". */
export function contractJsonSchema(schema: ZodType, of: string): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = toJSONSchema(schema, { target: 'draft-2020-12' });
  return { $schema, title: `halfopen ${of}, version 1`, ...rest };
}

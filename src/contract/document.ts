/** Reading a foreign JSON document against its schema, with an error that says where it is wrong. */
import type * as z from 'zod';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/**
 * `json` as the schema's type. Throws HalfopenError (usage) that names the path of the first wrong field and what was
 * found there; `what` is the document in words, e.g. "the saved observation".
 */
export function parseDocument<T>(schema: z.ZodType<T>, json: unknown, what: string, remedy: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  throw wrongDocument(
    what,
    `${pathText(path)}: ${expectation(issue?.message)}, found ${foundAt(json, path)}`,
    remedy,
  );
}

export function wrongDocument(what: string, said: string, remedy: string): HalfopenError {
  return new HalfopenError(exitCodes.usage, { attempted: 'read', on: what, said, remedy });
}

/** `["namespaces", 0, "listeners"]` -> `namespaces[0].listeners`; the document itself is "the top level". */
function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_]\w*$/.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step))}]`;
  }
  return text || 'the top level';
}

/** zod's sentence without its "Invalid input:" and its own guess at what was received. */
function expectation(message = 'not what was expected'): string {
  return message.replace(/^Invalid input: /, '').replace(/, received .*$/s, '');
}

function foundAt(json: unknown, path: readonly PropertyKey[]): string {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return 'nothing';
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty object'
      : `an object with ${keys.slice(0, 8).join(', ').slice(0, 100)}`;
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

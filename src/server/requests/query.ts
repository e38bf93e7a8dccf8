import type { ServerContext } from '../server-env.ts';
import { badRequest } from './api-failure.ts';

const LONGEST_LIST = 1000;

/** A whole number out of the query. Throws ApiFailure (400) for anything else, and outside of the bounds. */
export function numberIn(
  context: ServerContext,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const text = context.req.query(name);
  if (text === undefined || text === '') return otherwise;
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || number < least || number > most)
    throw badRequest(`read the query's ${name}`, `it is a whole number from ${least} to ${most}`);
  return number;
}

/** Numbers with commas between them; undefined where it is not given. */
export function numbersIn(context: ServerContext, name: string, most: number): readonly number[] | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === '') return undefined;
  const words = text.split(',', LONGEST_LIST + 1);
  if (words.length > LONGEST_LIST || words.some((word) => !/^\d{1,10}$/.test(word) || Number(word) > most))
    throw badRequest(
      `read the query's ${name}`,
      `it is at most ${LONGEST_LIST} whole numbers up to ${most} with commas between them`,
    );
  return words.map(Number);
}

/** One of some words; undefined where it is not given. */
export function choiceIn<T extends string>(
  context: ServerContext,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === '') return undefined;
  const found = choices.find((one) => one === text);
  if (found === undefined) throw badRequest(`read the query's ${name}`, `it is one of ${choices.join(', ')}`);
  return found;
}

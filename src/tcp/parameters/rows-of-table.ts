import type { Parameter } from './parameter.ts';

export type LoadParameter = () => Promise<Parameter>;

/** The rows of a table, which is loaded with the first of them. */
export function rows(
  names: readonly string[],
  table: () => Promise<readonly Parameter[]>,
): Readonly<Record<string, LoadParameter>> {
  const load = async (name: string): Promise<Parameter> => {
    const row = (await table()).find((one) => one.name === name);
    if (row === undefined) throw new Error(`${name} is not in its table`);
    return row;
  };
  return Object.fromEntries(names.map((name) => [name, () => load(name)]));
}

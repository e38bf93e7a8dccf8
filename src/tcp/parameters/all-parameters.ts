import type { Parameter } from './parameter.ts';
import { parameterLoaders } from './parameter-loaders.ts';

/** In the order of a connection's life; "*" stands for any interface. */
export const parameterNames: readonly string[] = Object.keys(parameterLoaders);

/** Parameters by name; names the catalogue does not have are left out. */
export async function loadParameters(names: Iterable<string>): Promise<ReadonlyMap<string, Parameter>> {
  const known = [...new Set(names)].filter((name) => Object.hasOwn(parameterLoaders, name));
  const loaded = await Promise.all(known.map(async (name) => parameterLoaders[name]?.()));
  return new Map(
    loaded.flatMap((parameter) => (parameter === undefined ? [] : [[parameter.name, parameter]])),
  );
}

export async function allParameters(): Promise<readonly Parameter[]> {
  return [...(await loadParameters(parameterNames)).values()];
}

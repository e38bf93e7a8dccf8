import { readdirSync } from 'node:fs';
import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { readConfigHz } from '../../../src/kernel/config/read-config-hz.ts';
import { atLeast, newestKernel, parseKernelVersion } from '../../../src/tcp/model/kernel-version.ts';
import { allParameters, parameterNames } from '../../../src/tcp/parameters/all-parameters.ts';
import type { Parameter, ParameterRange } from '../../../src/tcp/parameters/parameter.ts';
import { sysctlPath } from '../../../src/tcp/parameters/parameter-names.ts';
import { noNamespace, readFresh, readHere, tryWrites, type Write } from './private-namespace.ts';

const kernel = parseKernelVersion(os.release()) ?? newestKernel;
const parameters = await allParameters();
/** Ranges and scopes were measured on this line; an older kernel may take more or less. */
const isMeasuredLine = kernel.major === newestKernel.major && kernel.minor === newestKernel.minor;
const here = (parameter: Parameter): string => sysctlPath(parameter.name.replace('*', 'all'));
const fresh = noNamespace === undefined ? readFresh(parameters.map(here)) : new Map<string, string>();
/** Modules that are not loaded (br_netfilter, nf_conntrack) and options the kernel was built without bring no file. */
const existing = parameters.filter((parameter) => readHere(here(parameter)) !== undefined);

describe.skipIf(noNamespace !== undefined)('parameters on this kernel', () => {
  it('knows every net.ipv4.tcp_* there is', () => {
    const names = readdirSync('/proc/sys/net/ipv4')
      .filter((name) => name.startsWith('tcp_'))
      .map((name) => `net.ipv4.${name}`);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !parameterNames.includes(name))).toEqual([]);
  });

  it('says of those that are missing here that they came later, went, or need a module', () => {
    const missing = parameters.filter(
      ({ name }) => name.startsWith('net.ipv4.tcp_') && !existing.some((one) => one.name === name),
    );
    const unexplained = missing.filter(
      ({ since, removed }) =>
        !(removed !== null && atLeast(kernel, removed)) && !(since !== null && !atLeast(kernel, since)),
    );
    expect(unexplained.map(({ name }) => name).filter(() => isMeasuredLine)).toEqual([]);
  });

  const withDefault = existing.filter(
    (parameter) =>
      parameter.default(kernel) !== null &&
      (parameter.scope === 'namespace' || parameter.scope === 'interface') &&
      parameter.newNamespace === 'default',
  );

  it.each(withDefault.map((parameter) => [parameter.name, parameter] as const))(
    '%s: the default of a new namespace',
    (_, parameter) => {
      expect(fresh.get(here(parameter))).toBe(parameter.default(kernel));
    },
  );

  it('tests the defaults of most', () => {
    expect(withDefault.length).toBeGreaterThan(100);
  });

  it.each(existing.map((parameter) => [parameter.name, parameter] as const))(
    '%s: where it lives',
    (_, parameter) => {
      const path = here(parameter);
      const isPresent = fresh.get(path) !== undefined;
      if (parameter.name.startsWith('net.')) expect(isPresent).toBe(parameter.newNamespace !== 'absent');
      if (parameter.newNamespace === 'copy') expect(fresh.get(path)).toBe(readHere(path));
      if (parameter.scope === 'view' || (parameter.scope === 'namespace' && !parameter.writable))
        expect(tryWrites([{ path, value: fresh.get(path) ?? '' }])).toEqual([false]);
    },
  );

  const ranged = existing.filter(
    (parameter) => isMeasuredLine && parameter.range(kernel) !== null && parameter.name.startsWith('net.'),
  );

  it.skipIf(!isMeasuredLine).each(ranged.map((parameter) => [parameter.name, parameter] as const))(
    '%s: the kernel takes both ends of its range and nothing beyond, and tells no other namespace',
    (_, parameter) => {
      const before = readHere(here(parameter));
      const range = parameter.range(kernel);
      if (range === null) return;
      const { taken, refused } = ends(parameter, range);
      const writes = [
        ...room(parameter),
        ...[...taken, ...refused].map((value) => ({ path: here(parameter), value })),
      ];
      const results = tryWrites(writes);
      expect(writes.map(({ value }, i) => `${value} ${results[i]}`)).toEqual(
        writes.map(({ value }) => `${value} ${!refused.includes(value)}`),
      );
      expect(readHere(here(parameter))).toBe(before);
    },
  );
});

/** Values at the ends and one beyond. Beyond what a double holds exactly nothing is tried. */
function ends(
  parameter: Parameter,
  { min, max, perHz }: ParameterRange,
): { readonly taken: readonly string[]; readonly refused: readonly string[] } {
  const divisor = perHz ? (readConfigHz(os.release()) ?? Number.NaN) : 1;
  const [least, most] = [Math.trunc(min / divisor), Math.trunc(max / divisor)];
  const count = parameter.type === 'numbers' ? (parameter.name.endsWith('range') ? 2 : 3) : 1;
  const list = (value: number): string => Array.from({ length: count }, () => value).join(' ');
  const top = Number.isSafeInteger(most) ? [most] : [];
  return {
    taken: [least, ...top].map(list),
    refused: [least - 1, ...top.map((value) => value + 1)].map(list),
  };
}

/** The two limits on ports hold each other back. */
function room(parameter: Parameter): readonly Write[] {
  if (parameter.name === 'net.ipv4.ip_unprivileged_port_start')
    return [{ path: 'net/ipv4/ip_local_port_range', value: '65535 65535' }];
  if (parameter.name === 'net.ipv4.ip_local_port_range')
    return [{ path: 'net/ipv4/ip_unprivileged_port_start', value: '0' }];
  return [];
}

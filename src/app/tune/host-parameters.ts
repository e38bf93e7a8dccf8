import os from 'node:os';
import type { ApiParameter, ApiParameters } from '../../contract/api.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { type FoundNamespace, findNamespaces } from '../../kernel/netns/find-namespaces.ts';
import { type ParameterHere, readParameter } from '../../kernel/sysctl/read-parameter.ts';
import { type KernelVersion, newestKernel, parseKernelVersion } from '../../tcp/model/kernel-version.ts';
import { allParameters } from '../../tcp/parameters/all-parameters.ts';
import { judgeValue } from '../../tcp/parameters/judge-value.ts';
import {
  type JudgeContext,
  judgements,
  type Parameter,
  type Verdict,
} from '../../tcp/parameters/parameter.ts';
import { parameterValue } from '../../tcp/parameters/parameter-value.ts';
import { requireLinux } from '../require-linux.ts';

const MOST_NAMESPACES = 50;

/** What one namespace has set, by parameter. */
interface NamespaceValues {
  readonly name: string;
  readonly values: ReadonlyMap<string, readonly ParameterHere[]>;
}

/** Every parameter of the catalogue that this kernel has, with its values in the namespaces that can be entered, at most 50; worst first. */
export async function hostParameters(): Promise<ApiParameters> {
  requireLinux('read parameters');
  const parameters = await allParameters();
  const kernel = parseKernelVersion(os.release()) ?? newestKernel;
  const read: NamespaceValues[] = [];
  for (const namespace of findNamespaces().namespaces.slice(0, MOST_NAMESPACES)) {
    const values = valuesIn(namespace, parameters);
    if (values !== undefined) read.push({ name: nameOf(namespace), values });
    // Some 300 small files each: others are served in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    namespaces: read.map(({ name }) => name),
    parameters: parameters
      .flatMap((parameter) => described(parameter, read, kernel) ?? [])
      .sort((a, b) => rank(a) - rank(b)),
  };
}

const nameOf = ({ names, inode }: FoundNamespace): string => names[0] ?? `net:[${inode}]`;
const rank = ({ judgement }: ApiParameter): number => (judgements as readonly string[]).indexOf(judgement);

function valuesIn(
  { path, enterable }: FoundNamespace,
  parameters: readonly Parameter[],
): NamespaceValues['values'] | undefined {
  if (!enterable) return undefined;
  try {
    return inNamespace(path, () => new Map(parameters.map(({ name }) => [name, readParameter(name)])));
  } catch {
    // It has gone meanwhile.
    return undefined;
  }
}

function described(
  parameter: Parameter,
  read: readonly NamespaceValues[],
  kernel: KernelVersion,
): ApiParameter | undefined {
  const having = read.filter(({ values }) => (values.get(parameter.name)?.length ?? 0) > 0);
  if (having.length === 0) return undefined;
  const verdicts = having.flatMap((namespace) => verdictsIn(parameter, namespace, kernel));
  const [worst] = verdicts.sort((a, b) => judgements.indexOf(a.judgement) - judgements.indexOf(b.judgement));
  return {
    name: parameter.name,
    title: parameter.meaning,
    values: Object.fromEntries(
      having.map(({ name, values }) => [name, valueText(values.get(parameter.name) ?? [])]),
    ),
    default: parameter.default(kernel),
    judgement: worst?.judgement ?? 'good',
    because: worst?.because ?? '',
  };
}

/** A value that only can be read is no setting to be judged. */
function verdictsIn(
  parameter: Parameter,
  { values }: NamespaceValues,
  kernel: KernelVersion,
): readonly Verdict[] {
  if (!parameter.writable) return [];
  const context: JudgeContext = {
    kernel,
    other: (name) => {
      const value = values.get(name)?.[0]?.value;
      return value === undefined ? undefined : parameterValue(value, 'numbers');
    },
  };
  return (values.get(parameter.name) ?? []).map(({ of, value }) =>
    judgeValue(parameter, value, of === '' ? context : { ...context, of }),
  );
}

/** "1", or where interfaces differ "lo 0, eth0 1". */
function valueText(values: readonly ParameterHere[]): string {
  const [first] = values;
  if (first === undefined || values.every(({ value }) => value === first.value)) return first?.value ?? '';
  return values.map(({ of, value }) => `${of} ${value}`).join(', ');
}

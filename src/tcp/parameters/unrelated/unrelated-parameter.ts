import { defineParameter } from '../define-parameter.ts';
import type { Parameter, ParameterScope, ParameterValue } from '../parameter.ts';
import { unrelated } from '../verdict.ts';

interface UnrelatedDefinition {
  readonly name: string;
  readonly meaning: string;
  readonly unit?: string;
  readonly type?: Parameter['type'];
  readonly scope?: ParameterScope;
  readonly default?: string;
  readonly defaultNote?: string;
  readonly advised?: readonly string[];
  readonly source: string;
  /** "about swapping": what it is about instead. */
  readonly about: string;
  /** Where some values deserve a sentence of their own. */
  readonly judge?: (value: ParameterValue) => string;
}

/** Files below net/ are those of the namespace that looks. */
function startOf({ name, scope }: UnrelatedDefinition): Parameter['newNamespace'] {
  if (scope === 'namespace' || scope === 'interface') return 'default';
  return name.startsWith('net.') ? 'absent' : 'shared';
}

/** A parameter that stands in the same blocks of advice as TCP’s and has nothing to do with connections. */
export function unrelatedParameter(definition: UnrelatedDefinition): Parameter {
  const { about, judge, default: usual, ...rest } = definition;
  return defineParameter({
    scope: 'global',
    newNamespace: startOf(definition),
    ...rest,
    subject: 'unrelated',
    default: usual ?? null,
    range: null,
    read: 'by parts of the kernel that know no connections',
    moves: 'nothing of TCP',
    doesNot: 'It changes no queue, no timer and no limit of connections.',
    judge: (value) => unrelated(judge === undefined ? `Unrelated to TCP: ${about}.` : judge(value)),
  });
}

import type { KernelVersion } from '../model/kernel-version.ts';
import type { Parameter, ParameterRange } from './parameter.ts';

type Usual =
  | 'unit'
  | 'type'
  | 'scope'
  | 'newNamespace'
  | 'defaultNote'
  | 'since'
  | 'removed'
  | 'writable'
  | 'interactions'
  | 'advised'
  | 'keep';

export interface ParameterDefinition
  extends Omit<Parameter, Usual | 'range' | 'default'>,
    Partial<Pick<Parameter, Usual>> {
  readonly range: ParameterRange | null | Parameter['range'];
  readonly default: string | null | Parameter['default'];
}

/** A parameter, frozen; what is left out is what most are: a number of each network namespace that begins with the kernel's default. */
export function defineParameter(definition: ParameterDefinition): Parameter {
  const { range, default: usual } = definition;
  return Object.freeze({
    unit: '',
    type: 'number',
    scope: 'namespace',
    newNamespace: 'default',
    defaultNote: null,
    since: null,
    removed: null,
    writable: true,
    interactions: [],
    advised: [],
    keep: '',
    ...definition,
    range: typeof range === 'function' ? range : (_: KernelVersion) => range,
    default: typeof usual === 'function' ? usual : (_: KernelVersion) => usual,
  });
}

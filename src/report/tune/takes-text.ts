import type { ExplainedParameter } from '../../tcp/explained-parameter.ts';
import { rangeText } from '../../tcp/parameters/parameter-range.ts';
import { valueText } from './value-text.ts';

type Takes = Pick<ExplainedParameter, 'parameter' | 'range' | 'default' | 'kernel'>;

/** "0 to 255; default 1 on Linux 6.18; since 5.14". */
export function takesText({ parameter, range, default: usual, kernel }: Takes): string {
  if (!parameter.writable) return 'nothing: it can only be read';
  if (parameter.removed !== null) return `nothing since ${parameter.removed}`;
  const wording =
    usual === null ? (parameter.defaultNote ?? '') : `${valueText(usual, parameter)} on Linux ${kernel}`;
  return [
    range === null ? '' : rangeText(range),
    wording === '' ? '' : `default ${wording}`,
    parameter.since === null ? '' : `since ${parameter.since}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

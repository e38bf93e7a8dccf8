import { atLeast, kernelLine, newestKernel } from '../model/kernel-version.ts';
import type { JudgeContext, Parameter, ParameterValue, Verdict } from './parameter.ts';
import { isRefused, rangeText } from './parameter-range.ts';
import { ignoredRest, isOctal, parameterValue, sameValue } from './parameter-value.ts';
import { good, harmful, obsolete, situational } from './verdict.ts';

/** Why a line does not do what it says. */
export const valueProblems = ['removed', 'too-new', 'read-only', 'refused', 'rest-ignored', 'octal'] as const;

export type ValueProblem = (typeof valueProblems)[number];

export interface JudgedValue extends Verdict {
  readonly problem: ValueProblem | null;
}

/** What setting `parameter` to `text` is worth on a kernel, beside what else the configuration sets. */
export function judgeValue(parameter: Parameter, text: string, context: JudgeContext): JudgedValue {
  const absent = judgeAbsence(parameter, context);
  if (absent !== undefined) return absent;
  const value = parameterValue(text, parameter.type);
  const refused = refusal(parameter, value, context);
  if (refused !== undefined)
    return {
      ...harmful(`The kernel refuses this: ${refused}. What was set before stays.`),
      problem: 'refused',
    };
  const verdict = judgeAccepted(parameter, value, context);
  const rest = ignoredRest(text, parameter.type);
  if (rest !== '') {
    const because = `Only ${value.text.split(/\s/)[0]} is read and “${rest}” ignored. ${verdict.because}`;
    return { ...verdict, because, problem: 'rest-ignored' };
  }
  if (parameter.type === 'number' && isOctal(text))
    return {
      ...verdict,
      because: `The 0 in front makes it octal: ${value.number}. ${verdict.because}`,
      problem: 'octal',
    };
  return { ...verdict, problem: null };
}

function judgeAbsence(parameter: Parameter, { kernel }: JudgeContext): JudgedValue | undefined {
  const { removed, since } = parameter;
  if (removed !== null && atLeast(kernel, removed))
    return { ...obsolete(`${parameter.doesNot} The line only fails.`), problem: 'removed' };
  if (since !== null && !atLeast(kernel, since))
    return {
      ...situational(
        `It came with ${since}: this kernel (${kernelLine(kernel)}) does not have it, and the line fails.`,
      ),
      problem: 'too-new',
    };
  if (!parameter.writable)
    return { ...harmful('It can only be read: the kernel refuses the line.'), problem: 'read-only' };
  return undefined;
}

/** Why the kernel does not take a value, in half a sentence; undefined where it does. */
export function refusal(
  parameter: Parameter,
  value: ParameterValue,
  { kernel }: Pick<JudgeContext, 'kernel'>,
): string | undefined {
  if (parameter.type === 'text') return undefined;
  const wanted = parameter.type === 'number' ? 'a number' : 'numbers with blanks between them';
  if (value.text === '') return `it wants ${wanted}, and there is nothing behind the =`;
  const words = value.text.split(/\s+/);
  if (parameter.type === 'numbers' ? value.numbers.length < words.length : value.numbers.length === 0)
    return `it wants ${wanted}`;
  const range = parameter.range(kernel);
  if (range === null || !value.numbers.some((number) => isRefused(number, range))) return undefined;
  const where =
    kernelLine(kernel) === kernelLine(newestKernel) ? '' : `, measured on ${kernelLine(newestKernel)}`;
  return `it takes ${rangeText(range)}${where}`;
}

function judgeAccepted(parameter: Parameter, value: ParameterValue, context: JudgeContext): Verdict {
  const { subject } = parameter;
  if (subject === 'unrelated' || subject === 'no-effect' || !isDefault(parameter, value, context))
    return parameter.judge(value, context);
  return good(['The kernel’s own default.', parameter.keep].filter((part) => part !== '').join(' '));
}

/** Whether `value` is what the kernel starts with. */
export function isDefault(
  parameter: Parameter,
  value: ParameterValue,
  { kernel }: Pick<JudgeContext, 'kernel'>,
): boolean {
  const text = parameter.default(kernel);
  if (text === null) return false;
  return sameValue(parameterValue(text, parameter.type), value, parameter.type);
}

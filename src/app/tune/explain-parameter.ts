import { usageError } from '../../base/errors.ts';
import { readParameter } from '../../kernel/sysctl/read-parameter.ts';
import type { ExplainedParameter } from '../../tcp/explained-parameter.ts';
import { kernelLine } from '../../tcp/model/kernel-version.ts';
import { allParameters, loadParameters } from '../../tcp/parameters/all-parameters.ts';
import { judgeValue } from '../../tcp/parameters/judge-value.ts';
import type { Parameter } from '../../tcp/parameters/parameter.ts';
import { meantName, nearestNames, sysctlKey } from '../../tcp/parameters/parameter-names.ts';
import { kernelOfRules } from './kernel-of-rules.ts';

export interface ExplainRequest {
  /** A name, or "name=value" to have a value judged. */
  readonly asked: string;
  readonly kernel?: string;
}

/** A parameter with its values here and verdicts, or, where the name is only a part of some, those. Throws HalfopenError (usage) for no match. */
export async function explainParameter(
  request: ExplainRequest,
): Promise<ExplainedParameter | readonly Parameter[]> {
  const [, asked = '', value] = /^([^=]*?)\s*(?:=\s*(.*))?$/s.exec(request.asked.trim()) ?? [];
  const kernel = kernelOfRules(request.kernel);
  const name = meantName(asked);
  const parameter = name === undefined ? undefined : (await loadParameters([name])).get(name);
  if (parameter === undefined) {
    const matches = await searchParameters(sysctlKey(asked), 'names');
    if (asked !== '' && matches.length > 0) return matches;
    throw unknownParameter(asked);
  }
  const values = value === undefined ? parameter.advised : [value.trim()];
  // A configuration of this one line: what else is set is not known.
  const context = { kernel, other: () => undefined };
  return {
    parameter,
    kernel: kernelLine(kernel),
    default: parameter.default(kernel),
    range: parameter.range(kernel),
    here: process.platform === 'linux' ? readParameter(parameter.name) : [],
    verdicts: values.map((text) => ({ value: text, ...judgeValue(parameter, text, context) })),
  };
}

/** Parameters in whose name, or in anything said about them, `word` occurs. */
export async function searchParameters(
  word: string,
  where: 'names' | 'everywhere',
): Promise<readonly Parameter[]> {
  const wanted = word.toLowerCase();
  const all = await allParameters();
  return all.filter(({ name, meaning, moves, doesNot, interactions }) =>
    (where === 'names' ? [name] : [name, meaning, moves, doesNot, ...interactions])
      .join('\n')
      .toLowerCase()
      .includes(wanted),
  );
}

function unknownParameter(asked: string): Error {
  const nearest = nearestNames(asked);
  const offered = nearest.length === 0 ? '' : `Similar names: ${nearest.join(', ')}. `;
  return usageError('explain', `"${asked}"`, `${offered}halfopen tune explain lists all of them.`);
}

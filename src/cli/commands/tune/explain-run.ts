import { explainParameter, searchParameters } from '../../../app/tune/explain-parameter.ts';
import { usageError } from '../../../base/errors.ts';
import { explainText, parameterListText } from '../../../report/tune/explain-text.ts';
import { subjectTitle } from '../../../report/tune/subject-title.ts';
import { type Parameter, subjects } from '../../../tcp/parameters/parameter.ts';
import { terminal } from '../../terminal.ts';
import type { ExplainOptions } from './explain.ts';

export async function runExplain(
  asked: string | undefined,
  { search, kernel, json }: ExplainOptions,
): Promise<void> {
  if (asked !== undefined && search !== undefined)
    throw usageError('explain and search', `"${asked}"`, 'Name a parameter or --search, not both.');
  if (asked === undefined) {
    printList(await found(search), json);
    return;
  }
  const answer = await explainParameter({ asked, ...(kernel === undefined ? {} : { kernel }) });
  if (!('parameter' in answer)) {
    printList(answer, json);
    return;
  }
  const { parameter, ...rest } = answer;
  process.stdout.write(
    json
      ? `${JSON.stringify({ schemaVersion: 1, ...plainParameter(parameter), ...rest }, null, 2)}\n`
      : explainText(answer, terminal()),
  );
}

async function found(search: string | undefined): Promise<readonly Parameter[]> {
  const parameters = await searchParameters(search ?? '', 'everywhere');
  if (parameters.length === 0)
    throw usageError('find', `"${search ?? ''}"`, 'halfopen tune explain lists all parameters.');
  return parameters;
}

/** A parameter without its functions. */
function plainParameter(parameter: Parameter): Readonly<Record<string, unknown>> {
  const { judge: _judge, range: _range, default: _default, advised: _advised, ...plain } = parameter;
  return plain;
}

function printList(parameters: readonly Parameter[], json: true | undefined): void {
  if (json) {
    const list = parameters.map(({ name, subject, meaning }) => ({ name, subject, meaning }));
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, parameters: list }, null, 2)}\n`);
    return;
  }
  const groups = subjects
    .map((subject) => ({
      title: subjectTitle[subject],
      parameters: parameters.filter((parameter) => parameter.subject === subject),
    }))
    .filter((group) => group.parameters.length > 0);
  process.stdout.write(parameterListText(groups, terminal()));
}

import { loadParameters } from '../../tcp/parameters/all-parameters.ts';
import { catalogueName } from '../../tcp/parameters/parameter-names.ts';
import type { FileLine, LineJudgement, TuneLint, TuneLintError, TuneLintLine } from '../../tcp/tune-lint.ts';

/** SARIF 2.1.0 (OASIS), section 3.27.10: what a code host draws in red, in yellow, or as a remark. */
const level: Readonly<Record<LineJudgement, 'error' | 'warning' | 'note' | null>> = {
  harmful: 'error',
  obsolete: 'warning',
  situational: 'note',
  unknown: 'note',
  unrelated: 'note',
  good: null,
};

/**
 * A linted configuration as SARIF 2.1.0; a rule is a parameter. Good lines are no results. Fingerprints are left to who uploads it and has the
 * files: GitHub's upload-sarif makes them from the text of the lines.
 */
export async function lintSarif(
  lint: TuneLint,
  toolVersion: string,
): Promise<Readonly<Record<string, unknown>>> {
  const told = lint.lines.filter(({ judgement }) => level[judgement] !== null);
  const ruleIds = [...new Set(told.map(({ parameter }) => parameter))];
  const parameters = await loadParameters(ruleIds.map((id) => catalogueName(id) ?? id));
  const meaningOf = (id: string): string =>
    id === SYNTAX_RULE
      ? 'Neither procps’ sysctl nor systemd-sysctl takes the line for a setting: what it was written for does not happen.'
      : (parameters.get(catalogueName(id) ?? id)?.meaning ?? 'halfopen does not know this name.');
  const problems = lint.errors.filter(({ line }) => line !== undefined);
  const syntaxRule = problems.length === 0 ? [] : [SYNTAX_RULE];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'halfopen',
            version: toolVersion,
            rules: [...ruleIds, ...syntaxRule].map((id) => ({
              id,
              shortDescription: {
                text: id === SYNTAX_RULE ? 'A line that is no setting' : `Kernel parameter ${id}`,
              },
              fullDescription: { text: meaningOf(id) },
              help: {
                text: parameters.has(catalogueName(id) ?? id)
                  ? `${meaningOf(id)} halfopen tune explain ${id} says more.`
                  : meaningOf(id),
              },
            })),
          },
        },
        columnKind: 'unicodeCodePoints',
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: lint.errors
              .filter(({ line }) => line === undefined)
              .map((error) => ({
                level: 'error',
                message: { text: error.message },
                locations: [location(error)],
              })),
          },
        ],
        results: [
          ...told.map((line) => result(line, ruleIds.indexOf(line.parameter))),
          ...problems.map((error) => ({
            ruleId: SYNTAX_RULE,
            ruleIndex: ruleIds.length,
            level: 'error',
            message: { text: error.message },
            locations: [location(error)],
          })),
        ],
      },
    ],
  };
}

const SYNTAX_RULE = 'sysctl-syntax';

function result(line: TuneLintLine, ruleIndex: number): Readonly<Record<string, unknown>> {
  const overridden =
    line.overriddenBy === undefined
      ? ''
      : ` Without effect: ${line.overriddenBy.file}:${line.overriddenBy.line} sets it again.`;
  return {
    ruleId: line.parameter,
    ruleIndex,
    level: line.effective ? level[line.judgement] : 'note',
    message: { text: `${line.parameter} = ${line.value}: ${line.judgement}. ${line.because}${overridden}` },
    locations: [location(line)],
  };
}

function location(place: FileLine | TuneLintError): Readonly<Record<string, unknown>> {
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(place.file) },
      ...(place.line === undefined ? {} : { region: { startLine: place.line } }),
    },
  };
}

/** RFC 3986: a path as a reference; absolute ones as file URIs. "-" is standard input. */
function fileUri(file: string): string {
  const path = file
    .replace(/^(?:\.\/+)+/, '')
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}

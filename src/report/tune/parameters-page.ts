import { kernelLine, newestKernel } from '../../tcp/model/kernel-version.ts';
import { judgeValue } from '../../tcp/parameters/judge-value.ts';
import { type JudgeContext, type Parameter, subjects } from '../../tcp/parameters/parameter.ts';
import { scopeText } from './scope-text.ts';
import { subjectTitle } from './subject-title.ts';
import { takesText } from './takes-text.ts';

/** The page for the newest kernel the models know, each value by itself. */
const context: JudgeContext = { kernel: newestKernel, other: () => undefined };

/** docs/parameters.md: the whole catalogue, by subject. */
export function parametersPage(parameters: readonly Parameter[]): string {
  const line = kernelLine(newestKernel);
  const sections = subjects.map((subject) => ({
    subject,
    members: parameters.filter((parameter) => parameter.subject === subject),
  }));
  const contents = sections.map(
    ({ subject, members }) =>
      `- [${subjectTitle[subject]}](#${anchor(subjectTitle[subject])}): ${members.map(({ name }) => `\`${shortName(name)}\``).join(' ')}`,
  );
  return [
    '# Kernel parameters: what they do, and what they do not',
    `Written by \`npm run parameters\` from \`src/tcp/parameters/\`: ${parameters.length} parameters. The same in the terminal: \`halfopen tune explain NAME\`; a whole configuration: \`halfopen tune lint FILE\`.`,
    `Defaults and verdicts are those of Linux ${line}; ranges were measured there. \`=5\` stands for a value that is commonly advised, judged by itself: good, situational (depends on the case), harmful, obsolete or unrelated. What is under \`net.ipv4.tcp_*\` counts for IPv6 too.`,
    contents.join('\n'),
    ...sections.flatMap(({ subject, members }) => [
      `## ${subjectTitle[subject]}`,
      ...(subject === 'unrelated' || subject === 'gone'
        ? [shortTable(members)]
        : members.map(parameterSection)),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function parameterSection(parameter: Parameter): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Moves', parameter.moves],
    ['Does not', parameter.doesNot],
    ['Read', parameter.read],
    ['Depends on', parameter.interactions.join('; ')],
    ['Takes', takes(parameter)],
    ['Scope', scopeText(parameter)],
    ['Source', parameter.source],
  ];
  return [
    `### ${markdown(parameter.name)}`,
    '',
    markdown(parameter.meaning),
    '',
    ...facts.filter(([, text]) => text !== '').map(([label, text]) => `- **${label}**: ${markdown(text)}`),
    ...verdicts(parameter).map((text) => `- ${text}`),
  ].join('\n');
}

function takes(parameter: Parameter): string {
  return takesText({
    parameter,
    kernel: kernelLine(newestKernel),
    range: parameter.range(newestKernel),
    default: parameter.default(newestKernel),
  });
}

function verdicts(parameter: Parameter): readonly string[] {
  return parameter.advised.map((value) => {
    const { judgement, because } = judgeValue(parameter, value, context);
    return `\`=${value}\` ${judgement}: ${markdown(because)}`;
  });
}

function shortTable(parameters: readonly Parameter[]): string {
  return [
    '| parameter | what it is | verdict |',
    '|---|---|---|',
    ...parameters.map((parameter) => {
      const told = verdicts(parameter);
      const verdict =
        told.length > 0 ? told.join('<br>') : markdown(judgeValue(parameter, '1', context).because);
      return `| \`${parameter.name}\` | ${markdown(parameter.meaning)} | ${verdict} |`;
    }),
  ].join('\n');
}

/** As GitHub makes anchors of headings. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function shortName(name: string): string {
  return name.replace(/^net\.(ipv4|core|netfilter)\./, '');
}

/** A star or a bar of a name is no markup; underscores inside of words are none anyway. */
function markdown(text: string): string {
  return text.replace(/[*|<]/g, '\\$&');
}

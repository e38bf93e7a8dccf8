import { Argument } from 'commander';
import { rulePage } from '../../app/rule-page.ts';
import { exitCodes } from '../../base/errors.ts';
import { allRules } from '../../diagnosis/rules/all-rules.ts';
import { renderPage } from '../../report/page-text.ts';
import { hanging } from '../../report/wrap-text.ts';
import { type FindingId, findingIds } from '../../tcp/finding.ts';
import type { HalfopenCommand } from '../command.ts';
import { terminal } from '../terminal.ts';

export const explainCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('explain')
      .description(
        'What a finding means, how it is recognised, how to see it happen, what helps. Without an id: all of them.',
      )
      .addArgument(new Argument('[id]', 'the id of a finding').choices(findingIds))
      .action((id: FindingId | undefined) => {
        process.stdout.write(id === undefined ? listOfRules() : renderPage(rulePage(id), terminal()));
        done({ exitCode: exitCodes.clean });
      });
  },
};

function listOfRules(): string {
  const width = Math.max(...allRules.map((rule) => rule.id.length));
  const lines = allRules.flatMap((rule) =>
    hanging(`${rule.id.padEnd(width)}  `, rule.summary, terminal().columns),
  );
  return `${lines.join('\n')}\n`;
}

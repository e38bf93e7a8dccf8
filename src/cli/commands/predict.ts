import { Argument, Option } from 'commander';
import { predict, predictionSettings } from '../../app/predict.ts';
import { exitCodes } from '../../base/errors.ts';
import { predictionText } from '../../report/prediction-text.ts';
import { hanging } from '../../report/wrap-text.ts';
import { allModels } from '../../tcp/model/all-models.ts';
import { type ModelName, modelNames } from '../../tcp/prediction.ts';
import { rangeText } from '../../tcp/setting.ts';
import type { HalfopenCommand } from '../command.ts';
import { collectTexts } from '../options.ts';
import { terminal } from '../terminal.ts';

interface PredictOptions {
  readonly set: readonly string[];
  readonly kernel?: string;
  readonly list?: true;
  readonly json?: true;
}

export const predictCommand: HalfopenCommand = {
  define: (program, done) => {
    program
      .command('predict')
      .description('Say what the kernel will do, second by second, before it does it.')
      .addArgument(new Argument('<model>', modelsText()).choices(modelNames))
      .addOption(
        new Option(
          '--set <name=value>',
          'a sysctl (tcp_syn_retries=3), a socket option (TCP_USER_TIMEOUT=5s) or an input (rttMs=20); may be repeated',
        )
          .argParser(collectTexts)
          .default([], 'what this host has'),
      )
      .addOption(new Option('--kernel <version>', 'the rules and defaults of another kernel, e.g. 6.1'))
      .addOption(
        new Option('--list', 'show what can be set, and the values that hold').conflicts(['set', 'json']),
      )
      .option('--json', 'print one JSON document')
      .action((model: ModelName, options: PredictOptions) => {
        if (options.list) process.stdout.write(listOfSettings(model, options.kernel));
        else run(model, options);
        done({ exitCode: exitCodes.clean });
      });
  },
};

function run(model: ModelName, { set, kernel, json }: PredictOptions): void {
  const result = predict({ model, set, ...(kernel === undefined ? {} : { kernel }) });
  if (!json) {
    process.stdout.write(predictionText(result, terminal()));
    return;
  }
  for (const note of result.notes) process.stderr.write(`halfopen: ${note}\n`);
  process.stdout.write(`${JSON.stringify(result.prediction, null, 2)}\n`);
}

function modelsText(): string {
  return `what to predict - ${Object.values(allModels)
    .map(({ name, purpose }) => `${name}: ${purpose}`)
    .join('; ')}`;
}

function listOfSettings(model: ModelName, kernel: string | undefined): string {
  const { columns } = terminal();
  const lines = predictionSettings(model, kernel).flatMap((setting) => [
    `${setting.name}=${setting.default}`,
    ...hanging('    ', `${setting.meaning}; ${rangeText(setting)}`, columns),
  ]);
  return `${[...hanging('', `${model}: ${allModels[model].purpose}`, columns), '', ...lines].join('\n')}\n`;
}

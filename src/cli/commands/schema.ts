import { exitCodes } from '../../base/errors.ts';
import { predictionJsonSchema } from '../../contract/prediction.ts';
import { reportJsonSchema } from '../../contract/report.ts';
import type { HalfopenCommand } from '../command.ts';

export const schemaCommand: HalfopenCommand = {
  define: (program, done) => {
    const schema = program.command('schema').description('Print the JSON Schema of a contract.');
    schema
      .command('report')
      .description('the report of doctor --json, version 1')
      .action(() => {
        process.stdout.write(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`);
        done({ exitCode: exitCodes.clean });
      });
    schema
      .command('prediction')
      .description('what predict --json prints, version 1')
      .action(() => {
        process.stdout.write(`${JSON.stringify(predictionJsonSchema(), null, 2)}\n`);
        done({ exitCode: exitCodes.clean });
      });
  },
};

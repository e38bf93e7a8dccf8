import { exitCodes } from '../../base/errors.ts';
import { captureReportJsonSchema } from '../../contract/capture-report.ts';
import {
  historyIncidentJsonSchema,
  historyJsonSchema,
  historySeriesJsonSchema,
} from '../../contract/history.ts';
import { labRunJsonSchema } from '../../contract/lab-run.ts';
import { predictionJsonSchema } from '../../contract/prediction.ts';
import { proofJsonSchema } from '../../contract/proof.ts';
import { reportJsonSchema } from '../../contract/report.ts';
import { tuneApplyJsonSchema } from '../../contract/tune-apply.ts';
import { tuneExplainJsonSchema } from '../../contract/tune-explain.ts';
import { tuneLintJsonSchema } from '../../contract/tune-lint.ts';
import { tunePlanJsonSchema } from '../../contract/tune-plan.ts';
import { tuneRollbackJsonSchema } from '../../contract/tune-rollback.ts';
import { tuneVerifyJsonSchema } from '../../contract/tune-verify.ts';
import type { HalfopenCommand } from '../command.ts';

const contracts = [
  { name: 'report', of: 'the report of doctor --json, version 1', schema: reportJsonSchema },
  { name: 'prediction', of: 'what predict --json prints, version 1', schema: predictionJsonSchema },
  { name: 'lab-run', of: 'what lab run NAME --json prints, version 1', schema: labRunJsonSchema },
  {
    name: 'capture',
    of: 'what capture analyze FILE --json prints, version 1',
    schema: captureReportJsonSchema,
  },
  { name: 'proof', of: 'what prove --json prints, version 1', schema: proofJsonSchema },
  { name: 'lint', of: 'what tune lint --json prints, version 1', schema: tuneLintJsonSchema },
  { name: 'plan', of: 'what tune plan --json prints, version 1', schema: tunePlanJsonSchema },
  { name: 'apply', of: 'what tune apply --json prints, version 1', schema: tuneApplyJsonSchema },
  { name: 'verify', of: 'what tune verify --json prints, version 1', schema: tuneVerifyJsonSchema },
  { name: 'rollback', of: 'what tune rollback --json prints, version 1', schema: tuneRollbackJsonSchema },
  { name: 'explain', of: 'what tune explain --json prints, version 1', schema: tuneExplainJsonSchema },
  { name: 'history', of: 'what history --json prints, version 1', schema: historyJsonSchema },
  {
    name: 'incident',
    of: 'what history show ID --json prints, version 1',
    schema: historyIncidentJsonSchema,
  },
  { name: 'series', of: 'what history series --json prints, version 1', schema: historySeriesJsonSchema },
] as const;

export const schemaCommand: HalfopenCommand = {
  define: (program, done) => {
    const command = program.command('schema').description('Print the JSON Schema of a contract.');
    for (const { name, of, schema } of contracts) {
      command
        .command(name)
        .description(of)
        .action(() => {
          process.stdout.write(`${JSON.stringify(schema(), null, 2)}\n`);
          done({ exitCode: exitCodes.clean });
        });
    }
  },
};

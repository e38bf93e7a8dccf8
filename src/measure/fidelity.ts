import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { exitCodes } from '../base/errors.ts';
import { prepareLab } from '../lab/prepare-lab.ts';
import { allRows } from './fidelity/all-rows.ts';
import { fidelityPage } from './fidelity/fidelity-page.ts';
import { holds } from './fidelity/fidelity-row.ts';
import { measureRows } from './fidelity/measure-rows.ts';
import { rowText } from './fidelity/row-text.ts';

const usage = `npm run fidelity -- [--jobs 12] [--seed 1] [--only TEXT] [--write docs/fidelity.md]
  --only: rows whose table, scenario or settings contain the text
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { jobs: text, seed: text, only: text, write: text } });
  const jobs = Number(values.jobs ?? 12);
  const seed = Number(values.seed ?? 1);
  if (!(jobs >= 1) || !(seed >= 1)) {
    process.stderr.write(usage);
    return exitCodes.usage;
  }
  prepareLab();
  const rows = allRows.filter((row) => values.only === undefined || rowText(row).includes(values.only));
  const results = await measureRows(rows, {
    jobs,
    seed,
    onResult: (result, left) => {
      const sign = holds(result) ? 'ok ' : 'NOT';
      process.stdout.write(
        `${sign} ${rowText(result.row)}${result.again ? ' (again, alone)' : ''}  ${left} left\n`,
      );
      if (holds(result)) return;
      for (const reason of result.incompleteBecause) process.stdout.write(`      ${reason}\n`);
      for (const check of result.checks.filter(({ ok }) => !ok)) {
        process.stdout.write(
          `      ${check.name}: predicted ${check.predicted}, measured ${check.measured} ${check.unit}\n`,
        );
      }
    },
  });
  const held = results.filter(holds).length;
  process.stdout.write(`${held} of ${results.length} rows hold\n`);
  if (values.write !== undefined && results.length === rows.length) {
    writeFileSync(
      values.write,
      fidelityPage(results, { kernelRelease: os.release(), seed, jobs, cores: os.cpus().length }),
    );
  }
  return held === rows.length ? exitCodes.clean : exitCodes.findings;
}

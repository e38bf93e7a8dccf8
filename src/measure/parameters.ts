import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parametersPage } from '../report/tune/parameters-page.ts';
import { allParameters } from '../tcp/parameters/all-parameters.ts';

/** `npm run parameters`: docs/parameters.md out of the catalogue; without --write it is printed. */
const { values } = parseArgs({ options: { write: { type: 'string' } } });
const page = parametersPage(await allParameters());
if (values.write === undefined) process.stdout.write(page);
else writeFileSync(values.write, page);

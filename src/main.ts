#!/usr/bin/env node
import type { ProgramParts } from './cli/command.ts';

const parts: ProgramParts = {
  startServer: async (options) => (await import('./server/start-server.ts')).startServer(options),
};

// Answering --version must not cost the loading of a program.
const [first, ...rest] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && rest.length === 0) {
  import('./cli/version.ts').then(({ version }) => process.stdout.write(`${version()}\n`));
} else {
  import('./cli/program.ts')
    .then(({ runProgram }) => runProgram(process.argv, parts))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}

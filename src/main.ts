#!/usr/bin/env node
// Answering --version must not cost the loading of a program.
const [first, ...rest] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && rest.length === 0) {
  import('./cli/version.ts').then(({ version }) => process.stdout.write(`${version()}\n`));
} else {
  import('./cli/program.ts')
    .then(({ runProgram }) => runProgram(process.argv))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}

#!/usr/bin/env node
import { version } from './cli/version.ts';

// Answering --version must not cost the loading of a program.
const [first, ...rest] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && rest.length === 0) {
  process.stdout.write(`${version()}\n`);
} else {
  const { runProgram } = await import('./cli/program.ts');
  process.exitCode = await runProgram(process.argv);
}

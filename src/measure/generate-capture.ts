import { closeSync, openSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { generateCapture } from './capture/generate-capture.ts';
import { type GenerateOptions, generateUsage, readGenerateOptions } from './capture/generate-options.ts';

process.exitCode = main(process.argv.slice(2));

/** Writes the capture, and the truth about it as JSON to standard output. */
function main(argv: readonly string[]): number {
  try {
    const options = readGenerateOptions(argv);
    process.stdout.write(`${JSON.stringify(written(options), null, 2)}\n`);
    return exitCodes.clean;
  } catch (error) {
    if (error instanceof HalfopenError || error instanceof TypeError) {
      process.stderr.write(`${error.message}\n${generateUsage}`);
      return error instanceof HalfopenError ? error.exitCode : exitCodes.usage;
    }
    throw error;
  }
}

function written(options: GenerateOptions): ReturnType<typeof generateCapture> {
  const fd = openSync(options.out, 'w');
  try {
    return generateCapture(fd, options);
  } finally {
    closeSync(fd);
  }
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/** Node 20 runs no TypeScript, so also code run from src (by vitest) starts the compiled programs. */
export function compiledProgram(program: string): string {
  const file = fileURLToPath(new URL(`../../dist/lab/programs/${program}.js`, import.meta.url));
  if (existsSync(file)) return file;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'start the lab program',
    on: file,
    said: 'it has not been compiled',
    remedy: 'Run: npm run build',
  });
}

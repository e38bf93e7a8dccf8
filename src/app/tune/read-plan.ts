import { readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { parseTunePlan } from '../../contract/tune-plan.ts';
import type { TunePlan } from '../../tcp/tune-plan.ts';

const STDIN = 0;

/** What `tune plan` wrote, from a file or ("-") from stdin. Throws HalfopenError (usage) for anything else. */
export function readPlan(file: string): TunePlan {
  const name = file === '-' ? 'standard input' : file;
  try {
    return parseTunePlan(parseJson(readFileSync(file === '-' ? STDIN : file, 'utf8'), name));
  } catch (error) {
    if (error instanceof HalfopenError && error.detail.attempted === 'read')
      throw new HalfopenError(error.exitCode, { ...error.detail, on: `${error.detail.on} ${name}` });
    if (error instanceof HalfopenError) throw error;
    throw unreadable(name, error instanceof Error ? error.message : String(error));
  }
}

/** The parser's own words would repeat the file's bytes. */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(name, text.trim() === '' ? 'it is empty' : 'it is not JSON, or cut off');
  }
}

function unreadable(name: string, said: string): HalfopenError {
  const remedy = 'It takes what halfopen tune plan --out FILE writes.';
  return new HalfopenError(exitCodes.usage, { attempted: 'read the plan', on: name, said, remedy });
}

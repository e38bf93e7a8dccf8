import { readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { parseReport } from '../../contract/report.ts';
import type { Report } from '../../tcp/report.ts';

const STDIN = 0;

/** What `doctor --json` printed, from a file or ("-") from stdin. Throws HalfopenError (usage) for anything else. */
export function readReport(path: string): Report {
  const name = path === '-' ? 'standard input' : path;
  const json = parseJson(name, readText(path, name));
  try {
    return parseReport(json);
  } catch (error) {
    if (!(error instanceof HalfopenError)) throw error;
    throw new HalfopenError(error.exitCode, { ...error.detail, on: `${error.detail.on} ${name}` });
  }
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path === '-' ? STDIN : path, 'utf8');
  } catch (error) {
    throw unreadable(name, error instanceof Error ? error.message : String(error));
  }
}

/** The parser's own words would repeat the file's bytes, and bytes of a foreign file do not belong on a terminal. */
function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(name, text.trim() === '' ? 'it is empty' : 'it is not JSON, or cut off');
  }
}

function unreadable(name: string, said: string): HalfopenError {
  return new HalfopenError(exitCodes.usage, {
    attempted: 'read the report',
    on: name,
    said,
    remedy:
      'It takes what halfopen doctor --json prints; a kept observation becomes that with doctor --from FILE --json.',
  });
}

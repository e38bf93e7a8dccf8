import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { parseObservation } from '../contract/observation.ts';
import type { Observation } from '../tcp/observation.ts';
import { writeWhole } from './write-whole.ts';

/** Far above any real one (a few MiB), far below what would exhaust memory. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Writes the whole observation as gzipped JSON. It appears under its name only when it is complete. */
export function saveObservation(path: string, observation: Observation): void {
  writeWhole(path, gzipSync(JSON.stringify(observation)), 'save the observation to');
}

/** Reads what `saveObservation` wrote, on any operating system. Throws HalfopenError (usage) for anything else. */
export function loadObservation(path: string): Observation {
  const json = parseJson(path, readText(path));
  try {
    return parseObservation(json);
  } catch (error) {
    if (!(error instanceof HalfopenError)) throw error;
    throw new HalfopenError(error.exitCode, { ...error.detail, on: `${error.detail.on} ${path}` });
  }
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (gzipped ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

/** The parser's own words would repeat the file's bytes, and bytes of a foreign file do not belong on a terminal. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(path, text === '' ? 'it is empty' : 'it is not JSON, or cut off');
  }
}

function unreadable(path: string, said: string): HalfopenError {
  const remedy = 'It takes a file written by halfopen doctor --save.';
  return new HalfopenError(exitCodes.usage, {
    attempted: 'read the saved observation',
    on: path,
    said,
    remedy,
  });
}

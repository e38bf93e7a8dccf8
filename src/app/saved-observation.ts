import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { exitCodes, HalfopenError, usageError } from '../base/errors.ts';
import { parseObservation } from '../contract/observation.ts';
import type { Observation } from '../tcp/observation.ts';

/** Far above any real one (a few MiB), far below what would exhaust memory. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Writes the whole observation as gzipped JSON. It appears under its name only when it is complete. */
export function saveObservation(path: string, observation: Observation): void {
  writeWhole(path, gzipSync(JSON.stringify(observation)), 'save the observation to');
}

/** Writes a file next to its name first and renames it then; on failure nothing is left behind and nothing is overwritten. */
export function writeWhole(path: string, content: string | Uint8Array, attempted: string): void {
  const draft = `${path}.${process.pid}.part`;
  try {
    writeFileSync(draft, content, { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted,
      on: path,
      said: words(error),
      remedy: 'Choose a path in a folder that you may write to.',
    });
  }
}

/** Reads what `saveObservation` wrote, on any operating system. Throws HalfopenError (usage) for anything else. */
export function loadObservation(path: string): Observation {
  return parseObservation(parseJson(path, readText(path)));
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (gzipped ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
  } catch (error) {
    throw usageError('read the observation', path, `${words(error)}. It takes a file written by halfopen doctor --save.`);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError('read the observation', path, `${words(error)}. It takes a file written by halfopen doctor --save.`);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

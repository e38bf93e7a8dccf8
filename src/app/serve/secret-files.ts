import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';

/** 16 characters of base64 are 96 bits. */
const SHORTEST_TOKEN = 16;
const LONGEST_TOKEN = 1024;
const MOST_BYTES = 256 * 1024;

/** The token in a file of one line. Throws HalfopenError (usage) where others may read it, or it is too short to be a secret. */
export function readTokenFile(file: string): string {
  const attempted = 'take the token from';
  const token = readSecretFile(file, attempted).replace(/\s+$/, '');
  const remedy = `Make one: (umask 077; head -c 32 /dev/urandom | base64 > ${file})`;
  if (token === '') throw unusable(attempted, file, 'it is empty', remedy);
  if (/[^\x21-\x7e]/.test(token))
    throw unusable(attempted, file, 'it holds more than one word of visible ASCII characters', remedy);
  if (token.length < SHORTEST_TOKEN)
    throw unusable(
      attempted,
      file,
      `its ${token.length} characters can be guessed; at least ${SHORTEST_TOKEN} are needed`,
      remedy,
    );
  if (token.length > LONGEST_TOKEN)
    throw unusable(attempted, file, `it is longer than ${LONGEST_TOKEN} characters`, remedy);
  return token;
}

/** A certificate and its key, as PEM. Throws HalfopenError (usage); the key must be readable by nobody else. */
export function readTlsFiles(cert: string, key: string): { readonly cert: string; readonly key: string } {
  return { cert: readBounded(cert, 'read the certificate'), key: readSecretFile(key, 'read the key') };
}

function readSecretFile(file: string, attempted: string): string {
  return readBounded(file, attempted, (mode) => {
    if ((mode & 0o077) === 0) return;
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw unusable(
      attempted,
      file,
      `others may read it (mode ${shown})`,
      `Keep it to yourself: chmod 600 ${file}`,
    );
  });
}

/** What is checked is what is read: one descriptor. */
function readBounded(file: string, attempted: string, check: (mode: number) => void = () => {}): string {
  let descriptor: number;
  try {
    // A pipe without a writer would hold up the start for ever.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unusable(attempted, file, said(error), 'Name a file that this user may read.');
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw unusable(attempted, file, 'it is no regular file', 'Name a regular file.');
    if (facts.size > MOST_BYTES) throw unusable(attempted, file, 'it is too large', 'Is it the right file?');
    check(facts.mode);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function unusable(attempted: string, on: string, why: string, remedy: string): HalfopenError {
  return new HalfopenError(exitCodes.usage, { attempted, on, said: why, remedy });
}

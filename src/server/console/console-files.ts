import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ConsoleFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly isHashed: boolean;
}

/** By path in the URL, "/assets/index-3f2a9c1b.js". */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

/** dist/ui, as seen from dist/chunks. */
export const builtConsole = fileURLToPath(new URL('../ui/', import.meta.url));

const MOST_BYTES = 16 * 1024 ** 2;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Everything below `folder`, in memory: what is not in this table cannot be asked for, whatever a path looks like, and a recorder that has
 * given up root still has it. Empty where there is no such folder.
 */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const files = new Map<string, ConsoleFile>();
  let total = 0;
  for (const entry of entriesOf(folder)) {
    const contentType = contentTypes[path.extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = Uint8Array.from(readFileSync(file));
    total += bytes.length;
    if (total > MOST_BYTES) throw new Error(`${folder} holds more than a console: above ${MOST_BYTES} bytes`);
    files.set(`/${path.relative(folder, file).split(path.sep).join('/')}`, {
      bytes,
      contentType,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      isHashed: /^assets[/\\].*-[\w-]{8,}\.\w+$/.test(path.relative(folder, file)),
    });
  }
  return files;
}

function entriesOf(folder: string): ReturnType<typeof readFolder> {
  try {
    return readFolder(folder);
  } catch {
    return [];
  }
}

const readFolder = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true });

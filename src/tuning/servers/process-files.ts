import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { errorCode } from '../../kernel/processes/read-process-file.ts';
import type { ConfigFailure, ConfigFiles } from './config-files.ts';
import { configText } from './config-text.ts';
import { globMatcher } from './glob-pattern.ts';
import { absolutePath } from './server-process.ts';

const mostBytes = 4 * 1024 * 1024;
/** As many symbolic links as the kernel follows (MAXSYMLINKS). */
const mostLinks = 40;

/** The files of a process, in a container too: `root` is /proc/PID/root. */
export function processFiles(root: string): ConfigFiles {
  return {
    read: (path) => {
      try {
        const real = resolveInside(root, path);
        const stat = statSync(root + real);
        if (stat.isDirectory()) return { failure: 'directory', because: 'it is a directory' };
        if (!stat.isFile()) return { failure: 'unreadable', because: 'it is no regular file' };
        if (stat.size > mostBytes)
          return { failure: 'unreadable', because: `it is larger than ${mostBytes} bytes` };
        const text = configText(readFileSync(root + real));
        if (text.includes('\0')) return { failure: 'unreadable', because: 'it is not text' };
        return { path: real, text };
      } catch (error) {
        return failureOf(error);
      }
    },
    list: (pattern) => {
      try {
        return matching(root, pattern).sort();
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

/**
 * Follows symbolic links by hand: an absolute one counts from the process's root, but the kernel would follow it from ours.
 */
function resolveInside(root: string, path: string): string {
  let rest = path.split('/').filter((part) => part !== '' && part !== '.');
  let at = '';
  let links = 0;
  while (rest.length > 0) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      continue;
    }
    const next = `${at}/${part}`;
    if (!lstatSync(root + next).isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > mostLinks) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
    const target = readlinkSync(root + next);
    if (target.startsWith('/')) at = '';
    rest = [...target.split('/').filter((one) => one !== '' && one !== '.'), ...rest];
  }
  return at === '' ? '/' : at;
}

/** Level by level, so that a pattern may stand for folders too. Names that begin with a dot are not meant by `*`. */
function matching(root: string, pattern: string): string[] {
  let found = [''];
  const parts = absolutePath('/', pattern).slice(1).split('/');
  for (const [index, part] of parts.entries()) {
    const fits = globMatcher(part);
    const last = index === parts.length - 1;
    found = found.flatMap((folder) => namesIn(root, folder, fits).map((name) => `${folder}/${name}`));
    if (!last) found = found.filter((path) => isFolder(root, path));
  }
  return found.filter((path) => !isFolder(root, path));
}

function namesIn(root: string, folder: string, fits: (name: string) => boolean): string[] {
  try {
    return readdirSync(root + resolveInside(root, folder)).filter(fits);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}

function isFolder(root: string, path: string): boolean {
  try {
    return statSync(root + resolveInside(root, path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function failureOf(error: unknown): ConfigFailure {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR')
    return { failure: 'missing', because: 'it does not exist' };
  return { failure: 'unreadable', because: errorCode(error) || String(error) };
}

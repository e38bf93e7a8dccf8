import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

export interface FoundFile {
  /** The name it is found under. */
  readonly file: string;
  /** What is to be read: its links followed. */
  readonly target: string;
}

export interface SysctlFiles {
  /** In the order in which `sysctl --system` applies them: the last one wins. */
  readonly files: readonly FoundFile[];
  /** Files and folders that could not be looked at. */
  readonly errors: readonly { readonly file: string; readonly message: string }[];
  /** Whether a file of the folders leads to /etc/sysctl.conf, as Debian's 99-sysctl.conf does: only so systemd-sysctl reads it. */
  readonly mainIsLinked: boolean;
  /** Files that systemd-sysctl, which reads it under its link's name, reads after it. */
  readonly afterMainLink: readonly string[];
}

/** sysctl(8), "system file precedence": a file name in an earlier folder hides those in later ones. */
const folders = [
  'etc/sysctl.d',
  'run/sysctl.d',
  'usr/local/lib/sysctl.d',
  'usr/lib/sysctl.d',
  'lib/sysctl.d',
];
const mainFile = 'etc/sysctl.conf';

/**
 * The configuration files of a host below `root`, in the order of procps' `sysctl --system`: those of the folders by file name, whatever
 * folder they are in, then /etc/sysctl.conf. A file that is a link to a later one is left to that one.
 */
export function findSysctlFiles(root = '/'): SysctlFiles {
  const errors: { file: string; message: string }[] = [];
  const byName = new Map<string, string>();
  for (const folder of folders.map((name) => path.join(root, name))) {
    for (const name of confNames(folder, errors)) {
      if (!byName.has(name)) byName.set(name, path.join(folder, name));
    }
  }
  const inFolders = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, file]) => resolveBelow(root, file, errors))
    .filter((file) => file !== undefined);
  const main = resolveBelow(root, path.join(root, mainFile), errors);
  const link = inFolders.findLastIndex(({ target }) => target === main?.target);
  return {
    files: [
      ...inFolders.filter(({ target }) => target !== main?.target),
      ...(main === undefined ? [] : [main]),
    ],
    errors,
    mainIsLinked: link >= 0,
    afterMainLink: link < 0 ? [] : inFolders.slice(link + 1).map(({ file }) => file),
  };
}

function confNames(folder: string, errors: { file: string; message: string }[]): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.conf'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') errors.push({ file: folder, message });
    return [];
  }
}

const MOST_LINKS = 40;

/**
 * A file with its links followed; an absolute link of another root stays in that root. Undefined for one that is not there or leads to
 * /dev/null, and, with an error, for one that leads nowhere.
 */
function resolveBelow(
  root: string,
  file: string,
  errors: { file: string; message: string }[],
): FoundFile | undefined {
  let target = file;
  try {
    for (let links = 0; ; links++) {
      if (isNull(target, root)) return undefined;
      const found = lstatSync(target);
      if (found.isSymbolicLink()) {
        if (links > MOST_LINKS) throw new Error('its links lead in a circle');
        const to = readlinkSync(target);
        target = path.isAbsolute(to) ? path.join(root, to) : path.resolve(path.dirname(target), to);
      } else if (found.isFile() || found.isDirectory()) return { file, target: path.resolve(target) };
      // A pipe would be waited for.
      else throw new Error('it is no regular file');
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || target !== file) errors.push({ file, message });
    return undefined;
  }
}

/** A link to /dev/null hides the files it is named after (sysctl.d(5)), also in another root where nothing is mounted. */
function isNull(target: string, root: string): boolean {
  return path.resolve(target) === path.resolve(root, 'dev/null');
}

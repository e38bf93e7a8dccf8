/** A server as it was started: what tells where its configuration is. */
export interface ServerProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** Its pid in its own pid namespace, as its pid file has it. */
  readonly pidInside: number;
  readonly name: string;
  /** The path it was executed from, as it sees it. */
  readonly executable: string;
  /** argv, or what the process has made of it since. */
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cgroup: string;
}

/** The values of an option such as -f FILE, -fFILE, --file FILE, --file=FILE, in order. */
export function optionValues(
  words: readonly string[],
  short: string | undefined,
  ...long: readonly string[]
): readonly string[] {
  const values: string[] = [];
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === short || long.includes(word)) {
      const value = words[++at];
      if (value !== undefined) values.push(value);
    } else if (short !== undefined && word.startsWith(short) && !word.startsWith('--')) {
      values.push(word.slice(short.length));
    } else {
      const assigned = long.find((name) => word.startsWith(`${name}=`));
      if (assigned !== undefined) values.push(word.slice(assigned.length + 1));
    }
  }
  return values;
}

/** An absolute path from one that may count from `folder`. */
export function absolutePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

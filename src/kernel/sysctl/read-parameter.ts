import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readSysctl } from './read-sysctls.ts';

export interface ParameterHere {
  /** "" for a parameter that is one; else the interface. */
  readonly of: string;
  readonly value: string;
}

/** The values of a parameter in the namespace of the calling thread; "*" in its name stands for each interface. Empty: not readable here. */
export function readParameter(name: string, root = '/proc/sys'): readonly ParameterHere[] {
  const [before = '', after] = name.split('*');
  if (after === undefined) {
    const value = readSysctl(name, root);
    return value === undefined ? [] : [{ of: '', value }];
  }
  return interfaces(path.join(root, before.replaceAll('.', '/'))).flatMap((of) => {
    // An interface's name may hold dots: it goes into the path as it is.
    const value = readSysctl(after.slice(1), path.join(root, before.replaceAll('.', '/'), of));
    return value === undefined ? [] : [{ of, value }];
  });
}

function interfaces(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

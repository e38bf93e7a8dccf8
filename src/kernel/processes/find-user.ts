import { readFileSync } from 'node:fs';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** By name or number, in passwd(5); a number needs no entry and is its own group then. Undefined where there is none. */
export function findUser(wanted: string, file = '/etc/passwd'): User | undefined {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) continue;
    if (name === wanted || uid === wanted) return { name, uid: Number(uid), gid: Number(gid) };
  }
  const number = /^\d{1,9}$/.test(wanted) ? Number(wanted) : undefined;
  return number === undefined ? undefined : { name: wanted, uid: number, gid: number };
}

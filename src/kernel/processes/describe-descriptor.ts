import { readlinkSync } from 'node:fs';
import { formatEndpoint, unmapIpv4 } from '../../base/ip-text.ts';
import { parseProcEndpoint } from '../procfs/proc-endpoint.ts';
import { printable } from './printable.ts';
import { readProcessTable } from './read-process-file.ts';

/** Enough for about 14,000 sockets: reading such a table costs the kernel a walk over its whole hash. */
const tableBytes = 2 * 1024 * 1024;

interface SocketTable {
  readonly file: string;
  readonly inodeColumn: number;
  readonly describe: (fields: readonly string[]) => string;
}

const socketTables: readonly SocketTable[] = [
  { file: 'tcp', inodeColumn: 9, describe: describeTcp },
  { file: 'tcp6', inodeColumn: 9, describe: describeTcp },
  { file: 'unix', inodeColumn: 6, describe: describeUnix },
  { file: 'udp', inodeColumn: 9, describe: () => 'UDP socket' },
  { file: 'udp6', inodeColumn: 9, describe: () => 'UDP socket' },
];

/**
 * Says what descriptors of processes are. Socket tables are read once per network namespace and kept, so make one of
 * these per look.
 */
export class DescriptorDescriber {
  readonly #rows = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /**
   * "file /var/log/x", "pipe", "connection to 10.0.0.5:5432", "listening socket 0.0.0.0:80", "unix socket", "socket",
   * "device /dev/pts/0", or the kernel's own word such as "anon_inode:[eventpoll]"; undefined when it may not be read.
   */
  describe(pid: number, descriptor: number): string | undefined {
    let target: string;
    try {
      target = printable(readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    } catch {
      return undefined;
    }
    if (target.startsWith('/dev/')) return `device ${target}`;
    if (target.startsWith('/')) return `file ${target}`;
    if (target.startsWith('pipe:')) return 'pipe';
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    return inode === undefined ? target : this.#describeSocket(pid, inode);
  }

  #describeSocket(pid: number, inode: string): string {
    const namespace = namespaceOf(pid);
    for (const table of socketTables) {
      const key = `${namespace} ${table.file}`;
      const rows = this.#rows.get(key) ?? readRows(pid, table);
      this.#rows.set(key, rows);
      const fields = rows.get(inode);
      if (fields) return table.describe(fields);
    }
    return 'socket';
  }
}

/** Rows by inode. */
function readRows(pid: number, table: SocketTable): ReadonlyMap<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>();
  for (const line of readProcessTable(`/proc/${pid}/net/${table.file}`, tableBytes).split('\n').slice(1)) {
    const fields = line.trimStart().split(/ +/);
    const inode = fields[table.inodeColumn];
    // Inode 0: not yet accepted, or already closed by its process.
    if (inode !== undefined && inode !== '0') rows.set(inode, fields);
  }
  return rows;
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return `of ${pid}`;
  }
}

/** Columns of net/ipv4/tcp_ipv4.c get_tcp4_sock: 1 local, 2 remote, 3 state (0A LISTEN), 9 inode. */
function describeTcp(fields: readonly string[]): string {
  const [, local = '', remote = '', state] = fields;
  return state === '0A' ? `listening socket ${endpointText(local)}` : `connection to ${endpointText(remote)}`;
}

function endpointText(column: string): string {
  const endpoint = parseProcEndpoint(column);
  return endpoint ? formatEndpoint(unmapIpv4(endpoint.address), endpoint.port) : 'an unknown address';
}

/** "Num: RefCount Protocol Flags Type St Inode Path": most clients have no path of their own. */
function describeUnix(fields: readonly string[]): string {
  const path = fields.slice(7).join(' ');
  // Abstract names begin with a NUL, shown as "@"; some programs pad them with more to the full length.
  return `unix socket ${path.startsWith('@') ? path.replace(/@+$/, '') : path}`.trimEnd();
}

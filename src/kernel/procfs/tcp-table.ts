import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';
import { type Family, socketTimers, type TcpSocket, tcpStates } from '../../tcp/socket.ts';
import { malformed, ok, type Reading } from '../../tcp/reading.ts';
import { readProcFile } from './read-proc-file.ts';

/** USER_HZ: the unit of the timer column, 100 on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * `netDirectory`/tcp and tcp6: what is left where sock_diag is missing or forbidden. It has no accept queue limit
 * (sendQueue of LISTEN is 0), no drops, no tcp_info and no cookie; the four-tuple stands in for the cookie. Rows come twice under
 * churn, so they are deduplicated.
 */
export function readTcpTable(netDirectory: string): Reading<readonly TcpSocket[]> {
  const rows = new Map<string, TcpSocket>();
  for (const [file, family] of [['tcp', 'ipv4'], ['tcp6', 'ipv6']] as const) {
    const table = readProcFile(`${netDirectory}/${file}`, 'CONFIG_IPV6', (text) => parseTcpTable(text, family));
    if (table.status === 'unsupported' && family === 'ipv6') continue;
    if (table.status !== 'ok') return table;
    for (const socket of table.value) rows.set(socket.cookie, socket);
  }
  return ok([...rows.values()]);
}

/** get_tcp4_sock() and friends: "sl: local remote st tx:rx tr:when retrnsmt uid timeout inode ..." in hexadecimal. */
export function parseTcpTable(text: string, family: Family): Reading<readonly TcpSocket[]> {
  const sockets: TcpSocket[] = [];
  for (const [index, line] of text.split('\n').slice(1).entries()) {
    if (line.trim() === '') continue;
    const socket = parseRow(line.trim().split(/\s+/), family);
    if (socket === undefined) return malformed(`/proc/net/tcp (${family})`, `line ${index + 2}`, line);
    sockets.push(socket);
  }
  return ok(sockets);
}

function parseRow(columns: readonly string[], family: Family): TcpSocket | undefined {
  const [, local, remote, state, queues, timer, retransmits, uid, , inode] = columns;
  const from = parseEndpoint(local, family);
  const to = parseEndpoint(remote, family);
  if (!from || !to || !state || !queues || !timer || !retransmits || inode === undefined) return undefined;
  const [sendQueue = 0, receiveQueue = 0] = queues.split(':').map((part) => Number.parseInt(part, 16));
  const [timerNumber = 0, expiresTicks = 0] = timer.split(':').map((part) => Number.parseInt(part, 16));
  const name = tcpStates[Number.parseInt(state, 16)];
  if (name === undefined || [sendQueue, receiveQueue, timerNumber, Number(inode)].some(Number.isNaN)) return undefined;
  return {
    cookie: `${local}-${remote}-${inode === '0' ? '' : inode}`,
    family,
    state: name,
    localAddress: from.address,
    localPort: from.port,
    remoteAddress: to.address,
    remotePort: to.port,
    boundInterface: 0,
    timer: socketTimers[timerNumber] ?? 'none',
    timerExpiresMs: timerNumber === 0 ? 0 : (expiresTicks * 1000) / TICKS_PER_SECOND,
    retransmits: Number.parseInt(retransmits, 16),
    receiveQueue,
    sendQueue,
    uid: Number(uid),
    inode: Number(inode),
  };
}

/** "0100007F:1F90": each 32-bit word of the address is printed in host order, the port in plain hexadecimal. */
function parseEndpoint(text: string | undefined, family: Family): { address: string; port: number } | undefined {
  const digits = family === 'ipv4' ? 8 : 32;
  if (text === undefined || !new RegExp(`^[0-9A-F]{${digits}}:[0-9A-F]{4}$`).test(text)) return undefined;
  const bytes = new Uint8Array(digits / 2);
  const words = new Uint32Array(bytes.buffer);
  for (let word = 0; word < words.length; word++) {
    words[word] = Number.parseInt(text.slice(word * 8, word * 8 + 8), 16);
  }
  const address = family === 'ipv4' ? formatIpv4(bytes) : formatIpv6(bytes);
  return { address, port: Number.parseInt(text.slice(digits + 1), 16) };
}

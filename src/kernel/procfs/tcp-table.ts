import { malformed, ok, type Reading } from '../../tcp/reading.ts';
import { type Family, socketTimers, type TcpSocket, tcpStates } from '../../tcp/socket.ts';
import { parseProcEndpoint } from './proc-endpoint.ts';
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
  for (const [file, family] of [
    ['tcp', 'ipv4'],
    ['tcp6', 'ipv6'],
  ] as const) {
    const table = readProcFile(`${netDirectory}/${file}`, 'CONFIG_IPV6', (text) =>
      parseTcpTable(text, family),
    );
    if (table.status === 'unsupported' && family === 'ipv6') continue;
    if (table.status !== 'ok') return table;
    for (const socket of table.value) rows.set(socket.cookie, socket);
  }
  return ok([...rows.values()]);
}

/** get_tcp4_sock() and friends: "sl: local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer ...", mostly hexadecimal. */
const row = new RegExp(
  [
    String.raw`^\d+: (?<local>[0-9A-F]+:[0-9A-F]{4}) (?<remote>[0-9A-F]+:[0-9A-F]{4}) (?<state>[0-9A-F]{2})`,
    '(?<sendQueue>[0-9A-F]{8,16}):(?<receiveQueue>[0-9A-F]{8,16}) (?<timer>[0-9A-F]{2}):(?<expires>[0-9A-F]{8,16})',
    String.raw`(?<retransmits>[0-9A-F]{8}) +(?<uid>\d+) +\d+ (?<inode>\d+) \d+ \S`,
  ].join(' '),
);

/** The text of `tcp` or `tcp6`, one socket a row below the heading. */
export function parseTcpTable(text: string, family: Family): Reading<readonly TcpSocket[]> {
  const source = `/proc/net/tcp (${family})`;
  const sockets: TcpSocket[] = [];
  const [heading = '', ...lines] = text.split('\n');
  if (!/^\s*sl\s/.test(heading)) return malformed(source, 'line 1', heading);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const socket = parseRow(line.trim(), family);
    if (socket === undefined) return malformed(source, `line ${index + 2}`, line);
    sockets.push(socket);
  }
  return ok(sockets);
}

/** Characters of "address:port". */
const endpointLength = { ipv4: 13, ipv6: 37 } as const;

function parseRow(line: string, family: Family): TcpSocket | undefined {
  const columns = row.exec(line)?.groups;
  const from = parseProcEndpoint(columns?.local ?? '');
  const to = parseProcEndpoint(columns?.remote ?? '');
  if (!columns || !from || !to || columns.local?.length !== endpointLength[family]) return undefined;
  const hex = (name: string): number => Number.parseInt(columns[name] ?? '', 16);
  const inode = Number(columns.inode);
  return {
    cookie: `${columns.local}-${columns.remote}-${inode === 0 ? '' : inode}`,
    family,
    state: tcpStates[hex('state')] ?? 'UNKNOWN',
    localAddress: from.address,
    localPort: from.port,
    remoteAddress: to.address,
    remotePort: to.port,
    boundInterface: 0,
    timer: socketTimers[hex('timer')] ?? 'none',
    timerExpiresMs: hex('timer') === 0 ? 0 : (hex('expires') * 1000) / TICKS_PER_SECOND,
    retransmits: hex('retransmits'),
    receiveQueue: hex('receiveQueue'),
    sendQueue: hex('sendQueue'),
    uid: Number(columns.uid),
    inode,
  };
}

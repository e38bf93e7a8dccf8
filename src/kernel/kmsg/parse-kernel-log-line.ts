import type { KernelLogEvent } from '../../tcp/observation.ts';

/** What a line of the kernel log says, without when and where it was read. */
export type KernelLogMessage = Pick<
  KernelLogEvent,
  'kind' | 'action' | 'address' | 'port' | 'namespaceInode'
>;

/**
 * Recognises what kernels since 2.4 say about TCP queues and tables, behind whatever dmesg, journalctl or a syslog
 * daemon has put before it. Undefined for every other line, and for programs' lines that quote the kernel.
 */
export function parseKernelLogLine(line: string): KernelLogMessage | undefined {
  for (const [pattern, read] of messages) {
    const match = pattern.exec(line);
    if (match && !isFromProgram(line.slice(0, match.index))) return read(match);
  }
  return undefined;
}

/** A syslog tag with a process id ("fluentd[812]: "): the kernel's own lines never have one. */
function isFromProgram(prefix: string): boolean {
  return /[\w./-]\[\d+\]:/.test(prefix);
}

const messages: readonly (readonly [RegExp, (match: RegExpExecArray) => KernelLogMessage])[] = [
  [
    // 2.4 ... 3.0 "possible SYN flooding on port 80. Sending cookies."; later "TCP: ", "TCPv6: ", "request_sock_TCP: " and
    // MPTCP's "request_sock_subflow_v4: " before it; an address since 6.2 (tcp_syn_flood_action, net/ipv4/tcp_input.c).
    /possible SYN flooding on port (?:(\[[0-9a-f:.]+\]|\d+(?:\.\d+){3}):)?(\d{1,5})\b(?:\.\s+(Sending cookies|Dropping request))?/i,
    ([, address, port, action]) => ({
      kind: 'syn-flooding',
      action: action === undefined ? 'unknown' : /^sending/i.test(action) ? 'cookies' : 'drop',
      ...(address === undefined ? {} : { address: address.replace(/[[\]]/g, '') }),
      port: Number(port),
    }),
  ],
  [
    // "nf_conntrack: " twice where pr_fmt adds it again; the namespace is named when it is not the initial one.
    /\b(?:ip|nf)_conntrack: table full(?: in netns (\d+))?, dropping packet/i,
    ([, inode]) => ({
      kind: 'conntrack-full',
      ...(inode === undefined ? {} : { namespaceInode: Number(inode) }),
    }),
  ],
  [/\btoo many (?:of )?orphaned sockets/i, () => ({ kind: 'orphans' })],
  [/\bout of memory -- consider tuning tcp_mem/i, () => ({ kind: 'tcp-memory' })],
  [/\btime wait bucket table overflow/i, () => ({ kind: 'time-wait-overflow' })],
];

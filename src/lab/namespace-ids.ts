import { closeSync, openSync } from 'node:fs';
import os from 'node:os';
import { libc } from '../kernel/ffi.ts';
import { inNamespace } from '../kernel/netns/enter.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 0x80003;
const NETLINK_ROUTE = 0;
const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NLM_F_REQUEST = 1;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

/** struct nlmsghdr, struct rtgenmsg with padding, one attribute of four bytes. */
const attributeAt = 20;
const messageBytes = 28;

const littleEndian = os.endianness() === 'LE';

/**
 * What the namespace at `from` calls other namespaces (`link_netnsid` of `ip -details link`): number to path. Those it has no
 * number for, having no link to them, are left out. RTM_GETNSID, Linux 4.0.
 */
export function namespaceIds(from: string | null, others: readonly string[]): ReadonlyMap<number, string> {
  const { call } = libc();
  const fd = inNamespace(from, () => call.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE) as number);
  const ids = new Map<number, string>();
  try {
    for (const path of others) {
      const id = idOf(fd, path);
      if (id >= 0) ids.set(id, path);
    }
  } finally {
    call.close(fd);
  }
  return ids;
}

/** -1: it has none, or is gone. */
function idOf(fd: number, path: string): number {
  let other: number;
  try {
    other = openSync(path, 'r');
  } catch {
    return -1;
  }
  try {
    return ask(fd, other);
  } finally {
    closeSync(other);
  }
}

function ask(fd: number, namespaceFd: number): number {
  const { call } = libc();
  const message = new DataView(new ArrayBuffer(messageBytes));
  message.setUint32(0, messageBytes, littleEndian);
  message.setUint16(4, RTM_GETNSID, littleEndian);
  message.setUint16(6, NLM_F_REQUEST, littleEndian);
  message.setUint16(attributeAt, 8, littleEndian);
  message.setUint16(attributeAt + 2, NETNSA_FD, littleEndian);
  message.setUint32(attributeAt + 4, namespaceFd, littleEndian);
  const bytes = new Uint8Array(message.buffer);
  if (call.send(fd, bytes, bytes.length, 0) < 0) return -1;
  const answer = new Uint8Array(4096);
  const received = call.recv(fd, answer, answer.length, 0) as number;
  const view = new DataView(answer.buffer);
  if (received < messageBytes || view.getUint16(4, littleEndian) !== RTM_NEWNSID) return -1;
  const isId = view.getUint16(attributeAt + 2, littleEndian) === NETNSA_NSID;
  return isId ? view.getInt32(attributeAt + 4, littleEndian) : -1;
}

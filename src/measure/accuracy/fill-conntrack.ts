import { libc } from '../../kernel/ffi.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { parseIp } from '../../lab/ip-bytes.ts';
import type { LabNamespace } from '../../lab/namespace.ts';

const AF_NETLINK = 16;
const NETLINK_NETFILTER = 12;
const SOCK_RAW = 3;
const AF = { ipv4: 2, ipv6: 10 } as const;
const perSend = 256;

/**
 * Puts `count` established connections into the namespace's connection tracking table, each for two minutes, as `conntrack -I`
 * would (linux/netfilter/nfnetlink_conntrack.h). They are "assured": a full table does not throw such ones out to make room.
 * Some 8 us each; they go with the namespace.
 */
export function fillConntrack(namespace: LabNamespace, family: 'ipv4' | 'ipv6', count: number): void {
  const { call, errno, describe } = libc();
  const fd = inNamespace(
    namespace.path,
    () => call.socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) as number,
  );
  if (fd < 0) throw new Error(`socket(NETLINK_NETFILTER): ${describe(errno())}`);
  try {
    for (let from = 0; from < count; from += perSend) {
      const messages = Array.from({ length: Math.min(perSend, count - from) }, (_, i) =>
        newEntry(family, from + i),
      );
      const bytes = Buffer.concat(messages);
      if (call.send(fd, bytes, bytes.length, 0) < 0) throw new Error(`send to netlink: ${describe(errno())}`);
    }
  } finally {
    call.close(fd);
  }
}

/** nlmsghdr, nfgenmsg, then CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_TIMEOUT, CTA_PROTOINFO. */
function newEntry(family: 'ipv4' | 'ipv6', n: number): Buffer {
  const [client, server] = family === 'ipv4' ? ['10.97.0.0', '10.90.0.2'] : ['fd97::', 'fd90::2'];
  const source = parseIp(client);
  source.writeUInt32BE((source.readUInt32BE(source.length - 4) + (n >>> 4)) >>> 0, source.length - 4);
  const clientPort = 1024 + (n & 15);
  const seenReplyAssuredConfirmed = 2 | 4 | 8;
  const established = 3; // TCP_CONNTRACK_ESTABLISHED
  const body = Buffer.concat([
    Buffer.from([AF[family], 0, 0, 0]),
    nested(1, tuple(source, parseIp(server), clientPort, 443)),
    nested(2, tuple(parseIp(server), source, 443, clientPort)),
    attribute(3, uint32(seenReplyAssuredConfirmed)),
    attribute(7, uint32(120)),
    nested(4, nested(1, attribute(1, Buffer.from([established])))),
  ]);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(header.length + body.length, 0);
  header.writeUInt16LE(1 << 8, 4); // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
  header.writeUInt16LE(0x1 | 0x200 | 0x400, 6); // NLM_F_REQUEST, NLM_F_EXCL, NLM_F_CREATE
  return Buffer.concat([header, body]);
}

/** CTA_TUPLE_IP with CTA_IP_V4_SRC/DST (1, 2) or V6 (3, 4); CTA_TUPLE_PROTO with number, source and destination port. */
function tuple(from: Buffer, to: Buffer, fromPort: number, toPort: number): Buffer {
  const first = from.length === 4 ? 1 : 3;
  const tcp = 6;
  return Buffer.concat([
    nested(1, Buffer.concat([attribute(first, from), attribute(first + 1, to)])),
    nested(
      2,
      Buffer.concat([
        attribute(1, Buffer.from([tcp])),
        attribute(2, uint16(fromPort)),
        attribute(3, uint16(toPort)),
      ]),
    ),
  ]);
}

const NLA_F_NESTED = 0x8000;

function nested(type: number, content: Buffer): Buffer {
  return attribute(NLA_F_NESTED | type, content);
}

/** struct nlattr: length without padding, type, content padded to four bytes. */
function attribute(type: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(content.length / 4) * 4);
  bytes.writeUInt16LE(4 + content.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(content, 4);
  return bytes;
}

/** Values are in network order. */
function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { dump, dumpRequest, replay } from './recorded-dump.ts';

const littleEndian = os.endianness() === 'LE';

/** linux/netlink.h */
const [NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN, SOCK_DIAG_BY_FAMILY] = [1, 2, 3, 4, 20];
const [NLM_F_MULTI, NLM_F_DUMP_INTR] = [2, 16];

/** Messages by hand, after linux/netlink.h and linux/inet_diag.h. */
describe('sock_diag answers', () => {
  const done = (sequence = 1, errno?: number): Uint8Array =>
    message(NLMSG_DONE, sequence, errno === undefined ? new Uint8Array() : int32(-errno));
  const { constants } = os;

  it.each([
    ['ENOENT: INET_DIAG is not built in', constants.errno.ENOENT, 'unsupported'],
    ['EPERM', constants.errno.EPERM, 'denied'],
    ['EINVAL', constants.errno.EINVAL, 'malformed'],
    ['EBUSY', constants.errno.EBUSY, 'malformed'],
  ])('%s, in DONE as in ERROR', (_name, errno, status) => {
    const header = message(SOCK_DIAG_BY_FAMILY, 1, new Uint8Array(56));
    expect(dump([done(1, errno)]).result).toMatchObject({ status });
    expect(dump([message(NLMSG_ERROR, 1, concat(int32(-errno), header))]).result).toMatchObject({ status });
    expect(JSON.stringify(dump([done(1, errno)]).result)).toMatch(/E[A-Z]+ \(|permission/);
  });

  it('ENOENT says what the kernel lacks', () => {
    expect(dump([done(1, constants.errno.ENOENT)]).result).toEqual({
      status: 'unsupported',
      source: 'sock_diag',
      since: 'built without CONFIG_INET_DIAG: ENOENT (no such file or directory)',
    });
  });

  it('an errno after sockets: they were shown, but the dump is not whole', () => {
    const { result, sockets } = dump([concat(socket(1), socket(2), done(1, constants.errno.ENOMEM))]);
    expect(sockets).toHaveLength(2);
    expect(result).toMatchObject({ status: 'malformed', got: 'ENOMEM (out of memory)' });
  });

  it('DONE without errno (before 4.15), and with 0', () => {
    expect(dump([concat(socket(1), done())]).result).toEqual({
      status: 'ok',
      value: { sockets: 1, repeats: 0 },
    });
    expect(dump([concat(socket(1), done(1, 0))]).result).toEqual({
      status: 'ok',
      value: { sockets: 1, repeats: 0 },
    });
  });

  it('ERROR without a number', () => {
    expect(dump([message(NLMSG_ERROR, 1, new Uint8Array())]).result).toMatchObject({ status: 'malformed' });
  });

  it('an empty dump', () => {
    expect(dump([done()]).result).toEqual({ status: 'ok', value: { sockets: 0, repeats: 0 } });
  });

  it('nothing at all, until the receive timeout', () => {
    expect(dump([]).result).toMatchObject({
      status: 'malformed',
      at: 'receive a dump',
      got: 'EAGAIN (try again)',
    });
  });

  it('a request that cannot be sent', () => {
    const denied = { send: () => -constants.errno.EACCES, receive: () => 0, close: () => {} };
    expect(new SockDiag(denied).dump(dumpRequest, () => {})).toMatchObject({ status: 'denied' });
  });

  it("NOOP and another request's messages are passed over, OVERRUN is not", () => {
    const foreign = message(SOCK_DIAG_BY_FAMILY, 7, diagMessage(9));
    const { result, sockets } = dump([
      concat(message(NLMSG_NOOP, 1, new Uint8Array()), foreign, done(7)),
      concat(socket(1), done()),
    ]);
    expect(result).toMatchObject({ status: 'ok' });
    expect(sockets.map((one) => one.cookie)).toEqual(['100000001']);
    expect(dump([message(NLMSG_OVERRUN, 1, new Uint8Array())]).result).toMatchObject({
      status: 'malformed',
      got: expect.stringContaining('OVERRUN'),
    });
  });

  it('an interrupted dump is repeated: the second one shows what is new, nothing twice', () => {
    const interrupted = NLM_F_MULTI | NLM_F_DUMP_INTR;
    const first = [concat(socket(1), socket(2, 1, interrupted), done())];
    const second = [concat(socket(2, 2), socket(3, 2), done(2))];
    const { result, sockets, requests } = dump(first, second);
    expect(sockets.map((one) => one.cookie)).toEqual(['100000001', '100000002', '100000003']);
    expect(result).toEqual({ status: 'ok', value: { sockets: 3, repeats: 1 } });
    expect(requests).toBe(2);
  });

  it('a flag on DONE alone counts as well; after three interrupted dumps it is content', () => {
    const interrupted = (sequence: number): Uint8Array[] => [
      concat(socket(sequence, sequence), message(NLMSG_DONE, sequence, int32(0), NLM_F_DUMP_INTR)),
    ];
    const { result, sockets, requests } = dump(
      interrupted(1),
      interrupted(2),
      interrupted(3),
      interrupted(4),
    );
    expect(requests).toBe(3);
    expect(sockets).toHaveLength(3);
    expect(result).toEqual({ status: 'ok', value: { sockets: 3, repeats: 2 } });
  });

  it('one socket twice in one dump is shown once; the next dump shows it again', () => {
    const transport = replay([concat(socket(1), socket(1), done())], [concat(socket(1, 2), done(2))]);
    using diag = new SockDiag(transport);
    expect(diag.dump(dumpRequest, () => {})).toEqual({ status: 'ok', value: { sockets: 1, repeats: 0 } });
    expect(diag.dump(dumpRequest, () => {})).toEqual({ status: 'ok', value: { sockets: 1, repeats: 0 } });
  });

  it('a state and a timer of a later kernel are kept as unknown', () => {
    const later = diagMessage(1);
    later[1] = 13;
    later[2] = 9;
    const [shown] = dump([concat(message(SOCK_DIAG_BY_FAMILY, 1, later), done())]).sockets;
    expect(shown).toMatchObject({ state: 'UNKNOWN', timer: 'none' });
  });

  it('TCP_NEW_SYN_RECV is a request', () => {
    const requestSocket = diagMessage(1);
    requestSocket[1] = 12;
    expect(dump([concat(message(SOCK_DIAG_BY_FAMILY, 1, requestSocket), done())]).sockets[0]?.state).toBe(
      'SYN_RECV',
    );
  });

  /** Each byte of the structure is its own offset, so that each number tells where it was read. */
  describe.each([0, 59, 60, 103, 104, 120, 144, 192, 216, 232, 280, 400])(
    'tcp_info of %d bytes',
    (length) => {
      const info = Uint8Array.from({ length }, (_, offset) => offset & 0xff);
      const u32At = (offset: number): number => new DataView(info.buffer).getUint32(offset, littleEndian);
      const [shown] = dump([
        concat(message(SOCK_DIAG_BY_FAMILY, 1, concat(diagMessage(1), attribute(2, info))), done()),
      ]).sockets;

      it('the core is all or nothing', () => {
        if (length < 104) expect(shown?.info).toBeUndefined();
        else {
          expect(shown?.info).toMatchObject({
            retransmits: 2,
            probes: 3,
            backoff: 4,
            rtoUs: u32At(8),
            unacked: u32At(24),
          });
          expect(shown?.info).toMatchObject({
            lastDataSentMs: u32At(44),
            rttUs: u32At(68),
            totalRetransmits: u32At(100),
          });
        }
      });

      it('what is beyond its end reads 0', () => {
        if (length < 104) return;
        expect(shown?.info?.segmentsOut).toBe(length >= 140 ? u32At(136) : 0);
        expect(shown?.info?.bytesAcked === 0).toBe(length < 128);
        expect(shown?.info?.bytesReceived === 0).toBe(length < 136);
        expect(shown?.info?.bytesSent === 0).toBe(length < 208);
        expect(shown?.info?.bytesRetransmitted === 0).toBe(length < 216);
      });
    },
  );

  it.each([0, 8, 32, 35])('SKMEMINFO of %d bytes has no drops', (length) => {
    const skMemInfo = attribute(7, new Uint8Array(length).fill(1));
    expect(
      dump([concat(message(SOCK_DIAG_BY_FAMILY, 1, concat(diagMessage(1), skMemInfo)), done())]).sockets[0]
        ?.drops,
    ).toBeUndefined();
  });

  it('SKMEMINFO of 36 bytes, and longer: the ninth number is the drops', () => {
    const words = Uint32Array.from({ length: 12 }, (_, index) => 1000 + index);
    const skMemInfo = attribute(7, new Uint8Array(words.buffer));
    expect(
      dump([concat(message(SOCK_DIAG_BY_FAMILY, 1, concat(diagMessage(1), skMemInfo)), done())]).sockets[0]
        ?.drops,
    ).toBe(1008);
  });

  it('an attribute that claims to be longer than the message ends the walk', () => {
    const broken = attribute(3, new Uint8Array(4));
    new DataView(broken.buffer).setUint16(0, 4000, littleEndian);
    const good = attribute(7, new Uint8Array(36).fill(1));
    const before = dump([
      concat(message(SOCK_DIAG_BY_FAMILY, 1, concat(diagMessage(1), good, broken)), done()),
    ]).sockets[0];
    const after = dump([
      concat(message(SOCK_DIAG_BY_FAMILY, 1, concat(diagMessage(1), broken, good)), done()),
    ]).sockets[0];
    expect(before?.drops).toBe(0x01010101);
    expect(after?.drops).toBeUndefined();
  });
});

function message(type: number, sequence: number, payload: Uint8Array, flags = NLM_F_MULTI): Uint8Array {
  const bytes = new Uint8Array((16 + payload.length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 16 + payload.length, littleEndian);
  view.setUint16(4, type, littleEndian);
  view.setUint16(6, flags, littleEndian);
  view.setUint32(8, sequence, littleEndian);
  bytes.set(payload, 16);
  return bytes;
}

/** struct inet_diag_msg: an IPv4 connection whose cookie's low half is `cookie`, its high half 1. */
function diagMessage(cookie: number): Uint8Array {
  const bytes = new Uint8Array(72);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 1]);
  view.setUint32(44, cookie, littleEndian);
  view.setUint32(48, 1, littleEndian);
  return bytes;
}

function socket(cookie: number, sequence = 1, flags = NLM_F_MULTI): Uint8Array {
  return message(SOCK_DIAG_BY_FAMILY, sequence, diagMessage(cookie), flags);
}

function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((4 + payload.length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + payload.length, littleEndian);
  view.setUint16(2, type, littleEndian);
  bytes.set(payload, 4);
  return bytes;
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, littleEndian);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

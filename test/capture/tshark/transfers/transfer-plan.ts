import type { Dice } from '../../../../src/measure/accuracy/dice.ts';
import type { Family } from '../../../../src/tcp/socket.ts';

/** One stretch of the path, from an end to where the capture is taken or from there on. */
export interface StretchPlan {
  readonly delayMs: number;
  readonly loss: number;
  readonly reorder: number;
  readonly reorderByMs: number;
  readonly duplicate: number;
}

export interface EndPlan {
  /** "address:port"; an IPv6 address in brackets. */
  readonly address: string;
  readonly isn: number;
  readonly ipId: number;
  /** Packets carry IP ID 0, as those of some systems that forbid fragmentation. */
  readonly withoutIpId: boolean;
  readonly bufferBytes: number;
  readonly writes: readonly { readonly afterMs: number; readonly bytes: number }[];
  /** The application does not read from then on for so long. */
  readonly stall: { readonly afterMs: number; readonly forMs: number } | null;
  readonly sack: boolean;
  readonly firstWindowSegments: number;
  readonly windowProbe: 'empty' | 'one-byte';
  readonly keepalive: { readonly everyMs: number; readonly garbage: boolean } | null;
  /** Nothing is sent or received any more from then on; with a last RST, or without a word. */
  readonly dies: { readonly afterMs: number; readonly how: 'reset' | 'silent' } | null;
}

export interface TransferPlan {
  readonly startMs: number;
  readonly family: Family;
  readonly mss: number;
  readonly client: EndPlan;
  readonly server: EndPlan;
  /** Between client and capture, and between capture and server. */
  readonly clientStretch: StretchPlan;
  readonly serverStretch: StretchPlan;
  /** Where the capture is taken. */
  readonly taken: 'near client' | 'near server' | 'in the middle';
}

const perfect = { loss: 0, reorder: 0, reorderByMs: 0, duplicate: 0 };

/** What one transfer is like; `number` gives it addresses of its own. */
export function planTransfer(dice: Dice, number: number, family: Family): TransferPlan {
  const mss = dice.pick([100, 536, 1200, 1448]);
  const oneWayMs = dice.pick([0.3, 2, 10, 25, 60]);
  const taken = dice.pick(['near client', 'near server', 'in the middle'] as const);
  const share = taken === 'in the middle' ? 0.2 + 0.6 * dice.share() : taken === 'near client' ? 0 : 1;
  const stretch = (part: number): StretchPlan =>
    part === 0
      ? { delayMs: 0.02, ...perfect }
      : {
          delayMs: 0.02 + oneWayMs * part,
          loss: dice.pick([0, 0, 0.01, 0.03, 0.1]),
          reorder: dice.pick([0, 0, 0, 0.01, 0.05]),
          reorderByMs: dice.pick([0.05, 0.5, 3, oneWayMs / 2, 3 * oneWayMs]),
          duplicate: dice.pick([0, 0, 0, 0, 0.02]),
        };
  const ends = planEnds(dice, number, family, mss);
  const [clientStretch, serverStretch] = [stretch(share), stretch(1 - share)];
  const startMs = 20 * number * dice.share();
  return { startMs, family, mss, ...ends, clientStretch, serverStretch, taken };
}

function planEnds(
  dice: Dice,
  number: number,
  family: Family,
  mss: number,
): { readonly client: EndPlan; readonly server: EndPlan } {
  const hosts = [`${number >> 8}.${number & 0xff}`, '255.255'];
  const [client = '', server = ''] = hosts.map((host, side) =>
    family === 'ipv4'
      ? `10.${side}.${host}:${side === 0 ? 40_000 : 80}`
      : `[2001:db8::${side}:${host.replace('.', ':')}]:${side === 0 ? 40_000 : 80}`,
  );
  const dying = dice.chance(0.12) ? dice.whole(0, 1) : -1;
  const end = (side: 0 | 1, address: string): EndPlan => ({
    address,
    isn: dice.chance(0.2) ? 2 ** 32 - dice.whole(1, 60_000) : dice.whole(0, 2 ** 32 - 1),
    ipId: dice.whole(1, 0xffff),
    withoutIpId: dice.chance(0.1),
    bufferBytes: dice.pick([4 * mss, 16 * mss, 40 * mss]),
    writes: side === 0 ? requests(dice, mss) : responses(dice, mss),
    stall: dice.chance(0.12) ? { afterMs: dice.whole(5, 300), forMs: dice.whole(300, 4000) } : null,
    sack: dice.chance(0.5),
    firstWindowSegments: dice.pick([2, 4, 10]),
    windowProbe: dice.pick(['empty', 'one-byte']),
    keepalive: dice.chance(0.3) ? { everyMs: 1000, garbage: dice.chance(0.3) } : null,
    dies: side === dying ? { afterMs: dice.whole(1, 3000), how: dice.pick(['reset', 'silent']) } : null,
  });
  return { client: end(0, client), server: end(1, server) };
}

function requests(dice: Dice, mss: number): EndPlan['writes'] {
  const upload = dice.chance(0.2) ? dice.whole(5, 60) * mss : dice.whole(1, 400);
  return [
    { afterMs: dice.pick([0, 0, 30]), bytes: upload },
    ...(dice.chance(0.3) ? [{ afterMs: dice.whole(200, 4000), bytes: dice.whole(1, 2000) }] : []),
  ];
}

function responses(dice: Dice, mss: number): EndPlan['writes'] {
  return Array.from({ length: dice.whole(1, 3) }, (_, n) => ({
    afterMs: n === 0 ? dice.whole(1, 50) : dice.whole(100, 3500),
    bytes: dice.chance(0.15) ? 1 : dice.whole(1, 50 * mss),
  }));
}

import { pcapngOptions } from './pcapng-options.ts';
import { TickClock } from './tick-clock.ts';

const options = { name: 2, timestampResolution: 9, timestampOffset: 14 } as const;
const BODY_AT = 8;
const OPTIONS_AT = 16;
const MICROSECONDS = 6;
const MOST_NAME_BYTES = 256;

/** What an Interface Description Block says (draft-ietf-opsawg-pcapng, section 4.2). */
export interface PcapngInterface {
  readonly linkType: number;
  /** 0: without limit. */
  readonly snapLength: number;
  readonly name: string | null;
  readonly clock: TickClock;
}

/** Reads the block from `at` up to its trailing length at `end`. */
export function readPcapngInterface(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): PcapngInterface {
  let name: string | null = null;
  let resolution = MICROSECONDS;
  let offsetSeconds = 0;
  for (const option of pcapngOptions(view, at + OPTIONS_AT, end, littleEndian)) {
    if (option.code === options.name) {
      const length = Math.min(option.length, MOST_NAME_BYTES);
      name = new TextDecoder().decode(bytes.subarray(option.at, option.at + length));
    } else if (option.code === options.timestampResolution && option.length >= 1) {
      resolution = view.getUint8(option.at);
    } else if (option.code === options.timestampOffset && option.length >= 8) {
      offsetSeconds = Number(view.getBigInt64(option.at, littleEndian));
    }
  }
  return {
    linkType: view.getUint16(at + BODY_AT, littleEndian),
    snapLength: view.getUint32(at + BODY_AT + 4, littleEndian),
    name,
    clock: new TickClock(resolution, offsetSeconds),
  };
}

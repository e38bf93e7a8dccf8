import type { PcapngInterface } from './pcapng-interface.ts';
import { pcapngOptions } from './pcapng-options.ts';
import type { CaptureFileDetails } from './record-decoder.ts';

/** Of an Interface Statistics Block (draft-ietf-opsawg-pcapng, section 4.6). */
const options = { droppedByInterface: 5, droppedBySystem: 7 } as const;
const INTERFACE_AT = 8;
const OPTIONS_AT = 20;
const MOST_NAMES = 64;

/** Gathers what the interfaces of all sections say; bounded, however many a file declares. */
export class PcapngSummary {
  readonly #linkTypes = new Set<number>();
  readonly #names = new Set<string>();
  /** Each interface of the current section that has statistics: the latest count, which includes those before. */
  readonly #dropped = new Map<number, number>();
  #droppedBefore: number | null = null;
  #snapLength = 0;
  #unlimited = false;

  addInterface({ linkType, snapLength, name }: PcapngInterface): void {
    this.#linkTypes.add(linkType);
    if (name !== null && this.#names.size < MOST_NAMES) this.#names.add(name);
    this.#snapLength = Math.max(this.#snapLength, snapLength);
    this.#unlimited ||= snapLength === 0;
  }

  /** Reads the block from `at` up to its trailing length at `end`. */
  addStatistics(view: DataView, at: number, end: number, littleEndian: boolean): void {
    let dropped: number | null = null;
    for (const option of pcapngOptions(view, at + OPTIONS_AT, end, littleEndian)) {
      const counts = option.code === options.droppedByInterface || option.code === options.droppedBySystem;
      if (!counts || option.length < 8) continue;
      dropped = (dropped ?? 0) + Number(view.getBigUint64(option.at, littleEndian));
    }
    if (dropped !== null) this.#dropped.set(view.getUint32(at + INTERFACE_AT, littleEndian), dropped);
  }

  /** Interfaces are numbered anew from here on. */
  beginSection(): void {
    this.#droppedBefore = this.#droppedInAll();
    this.#dropped.clear();
  }

  details(): CaptureFileDetails {
    return {
      snapLength: this.#unlimited ? 0 : this.#snapLength,
      linkTypes: [...this.#linkTypes],
      interfaceNames: [...this.#names],
      droppedByKernel: this.#droppedInAll(),
    };
  }

  #droppedInAll(): number | null {
    if (this.#dropped.size === 0) return this.#droppedBefore;
    return [...this.#dropped.values()].reduce((sum, count) => sum + count, this.#droppedBefore ?? 0);
  }
}

/** One option of a pcapng block; its value stands at `at` in the block's bytes. */
export interface PcapngOption {
  readonly code: number;
  readonly at: number;
  readonly length: number;
}

const END_OF_OPTIONS = 0;

/** The options from `at` up to `end`; a list that runs over its end stops there (draft-ietf-opsawg-pcapng, section 3.5). */
export function* pcapngOptions(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): Generator<PcapngOption> {
  let optionAt = at;
  while (end - optionAt >= 4) {
    const code = view.getUint16(optionAt, littleEndian);
    const length = view.getUint16(optionAt + 2, littleEndian);
    if (code === END_OF_OPTIONS || optionAt + 4 + length > end) return;
    yield { code, at: optionAt + 4, length };
    optionAt += 4 + Math.ceil(length / 4) * 4;
  }
}

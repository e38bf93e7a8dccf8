import { captureFile } from './capture-file.ts';
import { readFrames } from './read-frames.ts';

const MOST_TRIES = 1500;

/** A smaller file for which `isStillWrong` holds: fewer frames if it is a sound capture without the rest, then fewer bytes. */
export async function minimise(
  file: Uint8Array,
  isStillWrong: (file: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  const tries = { left: MOST_TRIES };
  const check = async (smaller: Uint8Array): Promise<boolean> => tries.left-- > 0 && isStillWrong(smaller);
  const form = { format: 'pcap', littleEndian: true, resolution: 'us', snapLength: 262_144 } as const;
  const frames = readFrames(file);
  const rewritten = (kept: typeof frames): Uint8Array => captureFile(kept, form);
  const isOneLink = new Set(frames.map((frame) => frame.linkType)).size === 1;
  if (isOneLink && (await check(rewritten(frames)))) {
    return rewritten(await withFewer(frames, (kept) => check(rewritten(kept))));
  }
  return Uint8Array.from(await withFewer([...file], (kept) => check(Uint8Array.from(kept))));
}

/** Leaves out halves, quarters and so on as long as the rest will do. */
async function withFewer<T>(
  items: readonly T[],
  willDo: (kept: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await willDo(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}

import { ZstdDecompressor } from './zstd-decompressor.ts';
import { ZstdUnits } from './zstd-units.ts';

const DAMAGED = 'the zstd data is damaged';

/**
 * Decompresses zstd frames.
 * @param deliver takes the decompressed bytes; false: it wants no more
 * @returns what is wrong with them; null: nothing, or they were no longer wanted. What precedes the damage has been delivered
 */
export async function unzstdChunks(
  chunks: AsyncIterable<Uint8Array>,
  deliver: (bytes: Uint8Array) => boolean,
): Promise<string | null> {
  const decompressor = await ZstdDecompressor.load(deliver);
  const units = new ZstdUnits();
  for await (const chunk of chunks) {
    for (const unit of units.cut(chunk)) {
      const outcome = decompressor.give(unit);
      if (outcome === 'damaged') return DAMAGED;
      if (outcome === 'unwanted') return null;
    }
    if (units.damage !== null) break;
  }
  const outcome = decompressor.finish();
  if (outcome === 'damaged') return DAMAGED;
  if (units.damage !== null) return units.damage;
  return units.complete && outcome === 'complete' ? null : 'the zstd data ends early';
}

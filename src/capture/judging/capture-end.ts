import type { EngineExports } from '../engine-exports.ts';

/** The moment of the capture's last packet, as records count moments: ms modulo 2^32, signed. */
export function captureEndMs(engine: EngineExports): number {
  return Math.floor(engine.lastUs() / 1000);
}

import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { makeCaptureListener } from './capture-builders.ts';

/** Nobody completes: every address once. */
export function floodedListener(count: number, some: Partial<CaptureListener> = {}): CaptureListener {
  return makeCaptureListener({
    judgements: { 'half-open': count, completed: 20 },
    clients: count + 15,
    packets: count * 4 + 200,
    packetsWithPayload: 80,
    payloadBytes: { toServer: 8000, toClient: 80_000 },
    synAckRetransmissions: count * 2,
    ...some,
  });
}

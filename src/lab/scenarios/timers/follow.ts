import { settled } from '../../../base/settled.ts';
import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { Stage } from '../../stage/stage.ts';
import { handedOverWithinMs } from '../../stage/wire-tap.ts';

const lookEveryMs = 50;

export type PacketText = (packet: LabPacket, soFar: readonly LabPacket[]) => string | undefined;

/**
 * Waits for `work`, and until its last packets are known; meanwhile tells what passes on the wire: `textOf` gets each packet once, with all so far (it is
 * the last of them), and says nothing of those not worth a line. Throws Interrupted when the run is to stop.
 */
export async function follow<T>(
  stage: Stage,
  work: Promise<T>,
  textOf: PacketText = () => undefined,
): Promise<T> {
  const isOver = settled(work);
  let seen = stage.packets().length;
  for (let isLast = false; !isLast; ) {
    isLast = isOver();
    // The last look comes when all that was sent until the end has been handed over.
    await stage.wait(isLast ? handedOverWithinMs : lookEveryMs);
    const packets = stage.packets();
    for (; seen < packets.length; seen++) {
      const soFar = packets.slice(0, seen + 1);
      const text = textOf(soFar[seen] as LabPacket, soFar);
      if (text !== undefined) stage.tell(text);
    }
  }
  return work;
}

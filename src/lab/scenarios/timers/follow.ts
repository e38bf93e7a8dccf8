import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { Stage } from '../../stage/stage.ts';

const lookEveryMs = 50;

export type PacketText = (packet: LabPacket, soFar: readonly LabPacket[]) => string | undefined;

/**
 * Waits for `work` and meanwhile tells what passes on the wire: `textOf` gets each packet once, with all so far (it is
 * the last of them), and says nothing of those not worth a line. Throws Interrupted when the run is to stop.
 */
export async function follow<T>(
  stage: Stage,
  work: Promise<T>,
  textOf: PacketText = () => undefined,
): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  let seen = stage.packets().length;
  while (!isOver) {
    await stage.wait(lookEveryMs);
    const packets = stage.packets();
    for (; seen < packets.length; seen++) {
      const soFar = packets.slice(0, seen + 1);
      const text = textOf(soFar[seen] as LabPacket, soFar);
      if (text !== undefined) stage.tell(text);
    }
  }
  return work;
}

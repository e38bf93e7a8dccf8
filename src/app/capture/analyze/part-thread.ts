/** A thread of its own that reads a share of a capture and answers the steps of AnalysedPart. Started by remote-part.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StepName } from '../../../capture/summary/analysed-part.ts';
import type { LocalPart } from '../../../capture/summary/local-part.ts';
import { CommonEnd } from './common-end.ts';
import type { PartOrder, StepReply, StepRequest } from './part-messages.ts';
import { readPart } from './read-part.ts';
import { readingUntil } from './reading-until.ts';

const { path, share, end, part } = workerData as PartOrder;
const reading = readPart(path, share, readingUntil(new CommonEnd(end, part)));
// Asked for with the first step, where a failure is told.
reading.catch(() => {});

parentPort?.on('message', async ({ id, step, args }: StepRequest) => {
  const reply = await answer(id, step, args);
  parentPort?.postMessage(reply, 'value' in reply ? buffersOf(reply.value) : []);
});

async function answer(id: number, step: StepName, args: readonly unknown[]): Promise<StepReply> {
  try {
    const own: LocalPart = await reading;
    const ask = own.ask as (step: StepName, ...args: readonly unknown[]) => Promise<unknown>;
    return { id, value: await ask.call(own, step, ...args) };
  } catch (failed) {
    return { id, failed };
  }
}

/** The memory of the arrays in an answer is handed over, not copied: they are made for the answer. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(buffersOf);
}

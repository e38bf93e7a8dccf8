/** The thread that reads a capture, so that the page stays free. Started by capture-client.ts. */
import type { CaptureAnswers, CaptureReply, CaptureRequest } from './capture-messages.ts';
import { OpenedCapture } from './opened-capture.ts';

const progressEveryMs = 50;
let opened: OpenedCapture | undefined;

const scope = self as unknown as { postMessage(reply: CaptureReply): void };
self.addEventListener('message', async ({ data }: MessageEvent<CaptureRequest>) => {
  try {
    scope.postMessage({ id: data.id, value: await answer(data) });
  } catch (error) {
    scope.postMessage({ id: data.id, failed: error instanceof Error ? error.message : String(error) });
  }
});

async function answer(request: CaptureRequest): Promise<CaptureAnswers[keyof CaptureAnswers]> {
  if (request.ask === 'read') {
    opened = await OpenedCapture.open(request.file, progressOf(request.id, request.file.size));
    return opened.report;
  }
  if (opened === undefined) throw new Error('no capture has been read');
  switch (request.ask) {
    case 'list':
      return opened.list(request.wish);
    case 'rows':
      return opened.rows(request.from, request.to);
    case 'story':
      return opened.story(request.number);
  }
}

function progressOf(id: number, totalBytes: number): (doneBytes: number) => void {
  let toldMs = 0;
  return (doneBytes) => {
    const now = performance.now();
    if (now - toldMs < progressEveryMs) return;
    toldMs = now;
    scope.postMessage({ id, doneBytes, totalBytes });
  };
}

import { get } from 'node:http';

export interface ReadEvent {
  readonly name: string;
  readonly data: unknown;
}

export interface EventReader {
  /** The next event; rejects after half a minute, or when the stream has ended. */
  readonly next: () => Promise<ReadEvent>;
  readonly comments: readonly string[];
  readonly close: () => void;
  readonly status: number;
}

/** A viewer: reads text/event-stream as a browser does. */
export function openEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { headers, agent: false }, (response) => {
      const events: ReadEvent[] = [];
      const comments: string[] = [];
      let wake = (): void => {};
      let ended = false;
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? [];
          if (name !== undefined && data !== undefined) events.push({ name, data: JSON.parse(data) });
          else comments.push(block);
        }
        wake();
      });
      response.on('close', () => {
        ended = true;
        wake();
      });
      response.on('error', () => {});
      const next = async (): Promise<ReadEvent> => {
        const until = Date.now() + 30_000;
        for (;;) {
          const event = events.shift();
          if (event !== undefined) return event;
          if (ended) throw new Error('the stream has ended');
          if (Date.now() > until) throw new Error('no event came');
          await new Promise<void>((woken) => {
            wake = woken;
            setTimeout(woken, 200);
          });
        }
      };
      resolve({ next, comments, close: () => sent.destroy(), status: response.statusCode ?? 0 });
    });
    sent.on('error', reject);
  });
}

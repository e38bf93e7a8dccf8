import type { ServerResponse } from 'node:http';
import type { RecorderFeed } from '../../tcp/recording/feed.ts';
import { EventStream } from './event-stream.ts';
import { feedEventText, helloText } from './event-text.ts';

const MOST_VIEWERS = 100;

/** Tells all viewers what the recorder tells. */
export class EventHub {
  readonly #feed: RecorderFeed;
  readonly #streams = new Set<EventStream>();
  readonly #unsubscribe: () => void;

  constructor(feed: RecorderFeed) {
    this.#feed = feed;
    this.#unsubscribe = feed.subscribe((event) => {
      if (this.#streams.size === 0) return;
      const bytes = Buffer.from(feedEventText(event));
      for (const stream of this.#streams) stream.send(bytes);
    });
  }

  get viewers(): number {
    return this.#streams.size;
  }

  get isFull(): boolean {
    return this.#streams.size >= MOST_VIEWERS;
  }

  add(response: ServerResponse): void {
    const stream = new EventStream(response, helloText(this.#feed));
    this.#streams.add(stream);
    stream.ended.then(() => this.#streams.delete(stream));
  }

  close(): void {
    this.#unsubscribe();
    for (const stream of this.#streams) stream.end();
  }
}

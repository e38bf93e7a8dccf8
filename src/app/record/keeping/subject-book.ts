import os from 'node:os';
import type { SeriesSubject } from '../../../history/store/series-table.ts';
import type { LiveSubject, RecorderStatus } from '../../../tcp/recording/feed.ts';
import type { NamespaceRecorder, RecordedListener } from '../sampling/namespace-recorder.ts';
import type { HistoryWriter } from './history-writer.ts';

/** Numbers for what is recorded: the store's, or, where nothing is kept, of this run. */
export class SubjectBook {
  readonly #writer: HistoryWriter | undefined;
  readonly #ids = new Map<string, number>();

  constructor(writer: HistoryWriter | undefined) {
    this.#writer = writer;
  }

  host({ hostname, kernelRelease }: RecorderStatus, second: number): LiveSubject | undefined {
    const about = { hostname, kernelRelease, cpus: os.availableParallelism() };
    return this.#numbered({ kind: 'host', identity: 'host', about }, second);
  }

  namespace({ name, access }: NamespaceRecorder, second: number): LiveSubject | undefined {
    const about = { name, inode: access.found.inode };
    return this.#numbered({ kind: 'namespace', identity: name, about }, second);
  }

  listener(
    { name: namespace, access }: NamespaceRecorder,
    { identity, family, address, port }: RecordedListener,
    process: { readonly pid: number | undefined; readonly name: string | undefined },
    second: number,
  ): LiveSubject | undefined {
    const about = {
      namespace,
      inode: access.found.inode,
      family,
      address,
      port,
      ...(process.name === undefined ? {} : { process: process.name }),
      ...(process.pid === undefined ? {} : { pid: process.pid }),
    };
    return this.#numbered({ kind: 'listener', identity, about }, second);
  }

  /** Undefined while the store has no number for it. */
  #numbered(subject: SeriesSubject, second: number): LiveSubject | undefined {
    const id = this.#writer ? this.#writer.idOf(subject, second) : this.#ownId(subject);
    return id === undefined ? undefined : { id, ...subject };
  }

  #ownId({ kind, identity }: SeriesSubject): number {
    const key = `${kind} ${identity}`;
    const id = this.#ids.get(key) ?? this.#ids.size + 1;
    this.#ids.set(key, id);
    return id;
  }
}

import { closeSync, constants, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../../base/errors.ts';
import {
  type PcapngSection,
  type PcapngStatistics,
  type PcapngTime,
  PcapngWriter,
  packetBytes,
} from '../../../capture/file/pcapng-writer.ts';
import type { CapturedFile, FileRing } from './live-capture.ts';

/** Packets lost since the capture began. */
export interface Losses {
  /** By our ring, of all interfaces together. */
  readonly kernel: number;
  /** By each interface itself, by index. */
  readonly interfaces: ReadonlyMap<number, number>;
}

export interface CaptureFilesOptions {
  readonly path: string;
  readonly ring?: FileRing;
  readonly section: PcapngSection;
  readonly from: PcapngTime;
  readonly nameOf: (interfaceIndex: number) => string;
  readonly losses: () => Losses;
}

/** An interface in the file that is being written. */
interface FileInterface {
  readonly number: number;
  packets: number;
}

interface OpenFile {
  readonly name: string;
  readonly fd: number;
  readonly writer: PcapngWriter;
  readonly interfaces: Map<number, FileInterface>;
  readonly from: PcapngTime;
  readonly lossesBefore: Losses;
  packets: number;
  writtenBytes: number;
  state: 'written' | 'failed' | 'closed';
}

/** An interface's statistics at the end of a file, name and comment included; a time takes far less. */
const STATISTICS_BYTES = 320;
const DESCRIPTION_BYTES = 64;

/** The file of a capture, or its files one after the other: each is a whole pcapng file of its own. */
export class CaptureFiles {
  readonly #options: CaptureFilesOptions;
  readonly #limitBytes: number;
  readonly #kept: CapturedFile[] = [];
  #file: OpenFile;
  #number = 1;
  #deleted = 0;
  #ended = false;

  /** Begins the first file; one that is there already is replaced. Throws HalfopenError when it cannot. */
  constructor(options: CaptureFilesOptions) {
    this.#options = options;
    this.#limitBytes = options.ring?.bytes ?? Number.POSITIVE_INFINITY;
    this.#file = this.#open(options.from);
  }

  /** The one being written, or the last one. */
  get current(): CapturedFile {
    const { name, packets, writer } = this.#file;
    return { name, packets, bytes: writer.bytes };
  }

  /** Those that are there, oldest first, once `end` was called. */
  get files(): readonly CapturedFile[] {
    return this.#kept;
  }

  get deleted(): number {
    return this.#deleted;
  }

  /** See `PcapngWriter.packet`; here the interface is the kernel's index. */
  packet(
    interfaceIndex: number,
    seconds: number,
    nanoseconds: number,
    flags: number,
    header: DataView,
    headerBytes: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
  ): void {
    if (this.#isFull(interfaceIndex, headerBytes + capturedBytes)) this.#next({ seconds, nanoseconds });
    const file = this.#file;
    const on = file.interfaces.get(interfaceIndex) ?? this.#describe(interfaceIndex);
    on.packets++;
    file.packets++;
    file.writer.packet(
      on.number,
      seconds,
      nanoseconds,
      flags,
      header,
      headerBytes,
      bytes,
      view,
      at,
      capturedBytes,
      wireBytes,
    );
  }

  /** So that others can read along, and little is lost should this process be killed. */
  flush(): void {
    this.#file.writer.flush();
  }

  /** Ends the last file. A file that could not be written to keeps the whole blocks that it has. */
  end(to: PcapngTime): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#close(to);
  }

  #isFull(interfaceIndex: number, capturedBytes: number): boolean {
    const { writer, interfaces, packets } = this.#file;
    if (this.#limitBytes === Number.POSITIVE_INFINITY || packets === 0) return false;
    const met = interfaces.has(interfaceIndex);
    const described = interfaces.size + (met ? 0 : 1);
    const more = packetBytes(capturedBytes) + (met ? 0 : DESCRIPTION_BYTES);
    return writer.bytes + more + described * STATISTICS_BYTES > this.#limitBytes;
  }

  #next(at: PcapngTime): void {
    this.#close(at);
    this.#number++;
    this.#file = this.#open(at);
    const most = this.#options.ring?.files ?? 1;
    while (this.#kept.length >= most) {
      const oldest = this.#kept.shift();
      if (oldest) rmSync(oldest.name, { force: true });
      this.#deleted++;
    }
  }

  #open(from: PcapngTime): OpenFile {
    const { path: wanted, ring, section, losses } = this.#options;
    const name = ring ? numbered(wanted, this.#number) : wanted;
    const writer = new PcapngWriter(section, (chunk) => this.#write(chunk));
    return {
      name,
      fd: openToWrite(name),
      writer,
      interfaces: new Map(),
      from,
      lossesBefore: losses(),
      packets: 0,
      writtenBytes: 0,
      state: 'written',
    };
  }

  #write(chunk: Uint8Array): void {
    const file = this.#file;
    if (file.state !== 'written') return;
    try {
      for (let done = 0; done < chunk.length; ) done += writeSync(file.fd, chunk, done);
      file.writtenBytes += chunk.length;
    } catch (error) {
      file.state = 'failed';
      cutBack(file);
      const remedy =
        'The packets written before are whole. With --ring the files take no more room than you say.';
      throw cannotWrite(file.name, error, remedy);
    }
  }

  #describe(interfaceIndex: number): FileInterface {
    const { writer, interfaces } = this.#file;
    const described = { number: writer.addInterface(this.#options.nameOf(interfaceIndex)), packets: 0 };
    interfaces.set(interfaceIndex, described);
    return described;
  }

  #close(to: PcapngTime): void {
    const file = this.#file;
    if (file.state === 'closed') return;
    try {
      if (file.state === 'written') this.#endSection(file, to);
    } finally {
      file.state = 'closed';
      closeSync(file.fd);
      this.#kept.push({ ...this.current, bytes: file.writtenBytes });
    }
  }

  #endSection(file: OpenFile, to: PcapngTime): void {
    const losses = this.#options.losses();
    // libpcap reads no file without an interface, not even an empty one.
    if (file.interfaces.size === 0) for (const index of losses.interfaces.keys()) this.#describe(index);
    const several = file.interfaces.size > 1;
    const dropped = losses.kernel - file.lossesBefore.kernel;
    const statistics = [...file.interfaces].map(([index, { number, packets }]): PcapngStatistics => {
      const [now, before] = [losses.interfaces.get(index), file.lossesBefore.interfaces.get(index)];
      return {
        received: packets,
        // An interface that came meanwhile, or whose number was given away again, has no number to compare with.
        ...(now === undefined || before === undefined || now < before
          ? {}
          : { droppedByInterface: now - before }),
        ...(number === 0 ? { droppedByOs: dropped } : {}),
        ...(number === 0 && several ? { comment: 'isb_osdrop counts for all interfaces together' } : {}),
      };
    });
    file.writer.end(statistics, file.from, to);
  }
}

/** "trace.pcapng" and 3: "trace.00003.pcapng". */
export function numbered(file: string, number: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${String(number).padStart(5, '0')}${ext === '' ? '.pcapng' : ext}`);
}

/** A disk that is full may have taken a part of the chunk: back to the last whole block. */
function cutBack({ fd, writtenBytes }: OpenFile): void {
  try {
    ftruncateSync(fd, writtenBytes);
  } catch {
    // A pipe, or the disk itself is gone: nothing to save.
  }
}

function openToWrite(file: string): number {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFIFO() !== true) return openSync(file, 'w');
    // Opening a pipe that nobody reads would wait for a reader and hear no Ctrl-C: this way it fails (fifo(7)).
    const probe = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      return openSync(file, 'w');
    } finally {
      closeSync(probe);
    }
  } catch (error) {
    const nobodyReads = error instanceof Error && error.message.startsWith('ENXIO');
    const remedy = nobodyReads
      ? 'Start what reads this pipe first.'
      : 'Choose a path in a folder that you may write to.';
    throw cannotWrite(file, error, remedy);
  }
}

function cannotWrite(file: string, error: unknown, remedy: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'write the captured packets to',
    on: file,
    said: error instanceof Error ? error.message : String(error),
    remedy,
  });
}

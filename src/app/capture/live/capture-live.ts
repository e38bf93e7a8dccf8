import os from 'node:os';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { exitCodes, HalfopenError, usageError } from '../../../base/errors.ts';
import type { PcapngTime } from '../../../capture/file/pcapng-writer.ts';
import { PacketRing, RETIRE_AFTER_MS } from '../../../kernel/packet-ring/packet-ring.ts';
import { MAX_FILTER_PORTS, tcpFilter } from '../../../kernel/packet-ring/tcp-filter.ts';
import { explainMissing } from '../../../tcp/reading.ts';
import { requireLinux } from '../../require-linux.ts';
import { refuseUnwritable } from '../../write-whole.ts';
import { CaptureFiles, numbered } from './capture-files.ts';
import { cookedHeaderMostBytes, cookedLinkType } from './cooked-header.ts';
import { InterfaceNames } from './interface-names.ts';
import { type LiveCaptureOptions, type LiveResult, liveCaptureSchemaVersion } from './live-capture.ts';
import { LiveSink } from './live-sink.ts';
import { namespaceToCapture } from './namespace-to-capture.ts';
import { Ticker } from './ticker.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Then the event loop has its turn, for signals and the terminal. */
const BLOCKS_A_TURN = 8;
/** While there is nothing to read; the kernel hands over what little there is after `RETIRE_AFTER_MS`. */
const LOOK_EVERY_MS = 20;

/**
 * Captures TCP, and ICMP errors about it, in one network namespace until the time is over or `stop` says so. Throws HalfopenError
 * when it cannot begin: usage for what was asked, cannotObserve for missing rights or a file that cannot be written.
 */
export async function captureLive(options: LiveCaptureOptions): Promise<LiveResult> {
  requireLinux('capture packets');
  refuseInVain(options);
  const names = new InterfaceNames(namespaceToCapture(options.netns));
  const fromMs = options.clock.nowMs();
  using ring = openRing(options, names);
  // Awaited here: the ring is closed when this function is left.
  return await new Capture(options, ring, names, fromMs).run();
}

function refuseInVain({ ports, write, ring }: LiveCaptureOptions): void {
  if (ports.length > MAX_FILTER_PORTS) {
    throw usageError(
      'capture',
      `${ports.length} ports`,
      `The kernel's filter takes at most ${MAX_FILTER_PORTS}; without --port every port is captured.`,
    );
  }
  if (write !== undefined)
    refuseUnwritable(ring ? numbered(write, 1) : write, 'write the captured packets to');
}

function openRing(options: LiveCaptureOptions, names: InterfaceNames): PacketRing {
  const { ports, snapBytes, bufferBytes } = options;
  const opened = PacketRing.open({
    namespacePath: names.namespacePath,
    filter: tcpFilter({ snapBytes, everything: { ports } }),
    bytes: bufferBytes,
    snapBytes,
    blockBytes: BLOCK_BYTES,
    ...(options.interface === undefined ? {} : { interfaceIndex: names.indexOf(options.interface) }),
  });
  if (opened.status === 'ok') return opened.value;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'capture packets in the network namespace',
    on: options.netns,
    said: explainMissing(opened),
    remedy:
      opened.status === 'denied'
        ? 'Run it as root, or with CAP_NET_RAW (and CAP_SYS_ADMIN for another namespace).'
        : 'The kernel must offer packet sockets, and memory for the ring: try a smaller --buffer.',
  });
}

class Capture {
  readonly #options: LiveCaptureOptions;
  readonly #ring: PacketRing;
  readonly #names: InterfaceNames;
  readonly #files: CaptureFiles | undefined;
  readonly #sink: LiveSink;
  readonly #fromMs: number;
  readonly #startMs: number;
  /** Fixed when the capture ends: what the ring drops while it is emptied is no loss. */
  #droppedAtEnd: number | undefined;
  #failed: HalfopenError | undefined;

  /** `fromMs`: wall clock, before the ring was opened. */
  constructor(options: LiveCaptureOptions, ring: PacketRing, names: InterfaceNames, fromMs: number) {
    this.#options = options;
    this.#ring = ring;
    this.#names = names;
    this.#fromMs = fromMs;
    this.#startMs = options.clock.monotonicMs();
    this.#files = this.#openFiles();
    this.#sink = new LiveSink(this.#files, options.sink);
  }

  async run(): Promise<LiveResult> {
    await this.#attempt(() => this.#readUntilEnd());
    // The clock counts whole milliseconds: the one that has begun belongs to the capture.
    const endMs = this.#options.clock.nowMs() + 1;
    const seconds = (this.#options.clock.monotonicMs() - this.#startMs) / 1000;
    this.#droppedAtEnd = this.#dropped();
    if (this.#failed === undefined) await this.#attempt(() => this.#readRest(endMs));
    await this.#attempt(() => this.#files?.end(timeOf(endMs)));
    return this.#result(seconds);
  }

  async #readUntilEnd(): Promise<void> {
    const { clock, stop, forMs = Number.POSITIVE_INFINITY, onProgress } = this.#options;
    const ticker = new Ticker(this.#startMs);
    for (;;) {
      const blocks = this.#ring.visit(BLOCKS_A_TURN, this.#sink);
      const elapsedMs = clock.monotonicMs() - this.#startMs;
      const progress = ticker.look(clock.monotonicMs(), this.#sink);
      if (progress) {
        this.#files?.flush();
        onProgress?.({
          ...progress,
          droppedByKernel: this.#dropped(),
          file: this.#files?.current ?? null,
        });
      }
      if (stop.aborted || elapsedMs >= forMs) return;
      if (blocks > 0) await turn();
      else await sleep(Math.min(LOOK_EVERY_MS, forMs - elapsedMs));
    }
  }

  /** What the kernel saw before the end and has not handed over: at most all blocks of the ring and the one it is filling. */
  async #readRest(endMs: number): Promise<void> {
    this.#sink.endAt(timeOf(endMs));
    await sleep(RETIRE_AFTER_MS * 2);
    this.#ring.visit(Math.ceil(this.#options.bufferBytes / BLOCK_BYTES) + 2, this.#sink);
  }

  /** A file that cannot be written to ends the capture, but not the account of it. */
  async #attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HalfopenError)) throw error;
      this.#failed ??= error;
    }
  }

  #openFiles(): CaptureFiles | undefined {
    const { write, ring, snapBytes, tool } = this.#options;
    if (write === undefined) return undefined;
    return new CaptureFiles({
      path: write,
      ...(ring ? { ring } : {}),
      section: {
        application: `${tool.name} ${tool.version}`,
        os: `${os.type()} ${os.release()}`,
        linkType: cookedLinkType,
        snapBytes: snapBytes + cookedHeaderMostBytes,
      },
      from: timeOf(this.#fromMs),
      nameOf: (index) => this.#names.nameOf(index),
      losses: () => ({ kernel: this.#dropped(), interfaces: this.#names.dropped() }),
    });
  }

  #dropped(): number {
    return this.#droppedAtEnd ?? this.#ring.statistics().dropped;
  }

  #result(seconds: number): LiveResult {
    const { netns, ports, snapBytes, stop } = this.#options;
    const sink = this.#sink;
    const summary = {
      schemaVersion: liveCaptureSchemaVersion,
      netns,
      ports,
      snapBytes,
      fromMs: this.#fromMs,
      seconds,
      packets: sink.packets,
      bytes: sink.bytes,
      droppedByKernel: this.#dropped(),
      syn: sink.meter.syn,
      synRetransmissions: sink.meter.retransmissions,
      interfaces: sink.interfaces((index) => this.#names.nameOf(index)),
      files: this.#files?.files ?? [],
      filesDeleted: this.#files?.deleted ?? 0,
      interrupted: stop.aborted,
    } as const;
    return { summary, ...(this.#failed ? { failed: this.#failed } : {}) };
  }
}

function timeOf(wallMs: number): PcapngTime {
  const seconds = Math.floor(wallMs / 1000);
  return { seconds, nanoseconds: Math.floor((wallMs - seconds * 1000) * 1e6) };
}

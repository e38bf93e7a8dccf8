import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCaptureReport } from '../../src/contract/capture-report.ts';
import { allCases } from '../capture/craft/all-cases.ts';
import type { CraftedPacket } from '../capture/craft/crafted-packet.ts';
import { linkFrameBytes } from '../capture/craft/link-frame-bytes.ts';
import { pcapBytes } from '../capture/craft/pcap-bytes.ts';
import { type EndedProgram, runProgram, startProgram } from './start-program.ts';

const PCAP_HEADER_BYTES = 24;

/** A large file is read by as many threads as there are processors, each of which follows its share of the connections. */
describe('a capture that several threads read', () => {
  let folder = '';
  let file = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-threads-'));
    file = path.join(folder, 'large.pcap');
    const generator = path.join(import.meta.dirname, '../../build/measure/generate-capture.js');
    const wish = ['--packets', '350000', '--connections', '50000', '--family', 'mixed'];
    execFileSync(process.execPath, [generator, '--out', file, ...wish]);
    appendFileSync(file, oddities());
    expect(statSync(file).size).toBeGreaterThan(24 * 2 ** 20);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is told word for word as one thread tells it', async () => {
    const args = ['capture', 'analyze', file, '--json'];
    const [cpu = '0'] =
      /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.slice(1) ?? [];
    const together = await runProgram(args);
    const alone = await runProgram(args, { before: ['taskset', '-c', cpu] });
    expect(together).toEqual(alone);

    const report = reportOf(together);
    expect(report.packets).toBe(350_000 + all.length);
    expect(report.totals.connections).toBeGreaterThan(50_000 + allCases.length / 2);
    expect(report.skipped.fragments).toBeGreaterThan(0);
    expect(Object.keys(report.judgements)).toEqual(
      expect.arrayContaining(['refused', 'reset-by-middlebox', 'unknown']),
    );
    expect(report.listeners.some(({ family }) => family === 'ipv6')).toBe(true);

    // With every connection at hand one thread reads, too.
    const { connections, ...listed } = reportOf(await runProgram([...args, '--connections']));
    expect(listed).toEqual(report);
    expect(connections).toHaveLength(report.totals.connections);
  });

  it('is told as far as it was read, by all threads alike, when Ctrl-C ends the reading', async () => {
    const endless = path.join(folder, 'endless.pcap');
    copyFileSync(file, endless);
    // Records without a byte: no other file takes so long to read and so little to make.
    truncateSync(endless, 4 * 2 ** 30);
    const { child, ended } = startProgram(['capture', 'analyze', endless, '--json']);
    await sleep(3000);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    const run = await ended;
    expect(run.stderr).toBe('halfopen: interrupted; this is what was read until then\n');
    const report = reportOf(run);
    expect(report.partial).toMatchObject({
      because: 'the reading was interrupted',
      record: report.packets + 1,
    });
    expect(report.totals.connections).toBeGreaterThan(50_000);
    const { fragments, notTcp, malformed, cut } = report.skipped;
    expect(report.tcpPackets + fragments + notTcp + malformed + cut).toBe(report.packets);
  });
});

/** Every crafted case, each between addresses of its own and after the one before. */
const all = allCases.flatMap(({ packets }, i) =>
  packets.map((packet) => ({ ...withOwnAddresses(packet, i + 1), atMs: 1000 * i + packet.atMs })),
);

/** Records without the header of their file. */
function oddities(): Uint8Array {
  const frames = all.map((packet) => ({
    atMs: packet.atMs,
    bytes: linkFrameBytes(packet, 'ethernet', false).bytes,
  }));
  return pcapBytes(1, frames).subarray(PCAP_HEADER_BYTES);
}

function withOwnAddresses(packet: CraftedPacket, third: number): CraftedPacket {
  const own = (address: string): string => address.replace(/^10\.0\.0\./, `10.0.${third}.`);
  const { transport } = packet;
  return {
    ...packet,
    source: own(packet.source),
    destination: own(packet.destination),
    transport:
      transport.kind === 'unreachable'
        ? { ...transport, about: withOwnAddresses(transport.about, third) }
        : transport,
  };
}

function reportOf({ stdout }: EndedProgram): ReturnType<typeof parseCaptureReport> {
  return parseCaptureReport(JSON.parse(stdout));
}

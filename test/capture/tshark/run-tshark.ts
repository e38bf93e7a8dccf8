import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseTsharkLine, tsharkFields } from './parse-tshark-line.ts';
import type { TsharkPacket } from './tshark-packet.ts';

/**
 * Runs tshark over a capture file and hands over each TCP packet in capture order, without those quoted in ICMP errors
 * and those cut inside their header.
 * Rejects where tshark is missing, fails, writes nonsense, or takes longer than `limitMs`.
 */
export async function runTshark(
  file: string,
  take: (packet: TsharkPacket) => void,
  limitMs = 120_000,
): Promise<void> {
  const child = spawn('tshark', argumentsFor(file), {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(limitMs),
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < 4000) complaints += text;
  });
  const ended = once(child, 'close').catch((error: unknown) => {
    throw startError(error, limitMs);
  });
  try {
    await Promise.all([readLines(child.stdout, take), ended]);
  } finally {
    child.kill();
  }
  // It says "Running as root" on stderr and goes on; only its exit code tells of a failure.
  if (child.exitCode !== 0)
    throw new Error(`tshark ended with ${child.exitCode} on ${file}: ${complaints.trim()}`);
}

function argumentsFor(file: string): string[] {
  return [
    ...['-n', '-r', file, '-Y', 'tcp.stream and tcp.flags and not icmp and not icmpv6'],
    ...['-o', 'tcp.analyze_sequence_numbers:TRUE', '-o', 'tcp.desegment_tcp_streams:FALSE'],
    ...['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f'],
    ...tsharkFields.flatMap((field) => ['-e', field]),
  ];
}

async function readLines(from: NodeJS.ReadableStream, take: (packet: TsharkPacket) => void): Promise<void> {
  for await (const line of createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })) {
    take(parseTsharkLine(line));
  }
}

function startError(error: unknown, limitMs: number): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if ('code' in error && error.code === 'ENOENT') {
    return new Error('tshark is not installed (Debian: apt-get install tshark)', { cause: error });
  }
  if (error.name === 'AbortError')
    return new Error(`tshark took longer than ${limitMs} ms`, { cause: error });
  return error;
}

import { afterEach, describe, expect, it, vi } from 'vitest';
import { completed } from '../craft/cases/completed.ts';
import { refusedByIcmpPort } from '../craft/cases/refused-by-icmp-port.ts';
import { parseTsharkLine } from './parse-tshark-line.ts';
import { runTshark } from './run-tshark.ts';
import { runTsharkOn } from './run-tshark-on.ts';
import type { TsharkPacket } from './tshark-packet.ts';

afterEach(() => vi.unstubAllEnvs());

describe('runTshark', () => {
  it('hands over each TCP packet', async () => {
    const packets: TsharkPacket[] = [];
    await runTsharkOn(completed.pcap, (packet) => packets.push(packet));
    expect(packets).toHaveLength(10);
    expect(packets[3]).toEqual({
      stream: 0,
      number: 4,
      source: '10.0.0.1',
      sourcePort: 40_000,
      destination: '10.0.0.2',
      destinationPort: 80,
      flags: 0x18,
      payloadBytes: 100,
      marks: new Set(),
    });
  });

  it('leaves out what ICMP errors quote', async () => {
    const packets: TsharkPacket[] = [];
    await runTsharkOn(refusedByIcmpPort.pcap, (packet) => packets.push(packet));
    expect(packets.map((packet) => packet.number)).toEqual([1]);
  });

  it('says so where tshark is missing', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    await expect(runTshark('any.pcap', () => {})).rejects.toThrow('tshark is not installed');
  });

  it('passes on what tshark complains of', async () => {
    await expect(runTshark('/nonexistent.pcap', () => {})).rejects.toThrow(/\/nonexistent\.pcap/);
  });

  it('does not wait for ever', async () => {
    await expect(runTshark('/dev/zero', () => {}, 1)).rejects.toThrow('took longer than 1 ms');
  });
});

describe('parseTsharkLine', () => {
  it('refuses lines of another shape', () => {
    expect(() => parseTsharkLine('1\t2')).toThrow('2 columns instead of 24');
    expect(() => parseTsharkLine(['x', ...Array(23).fill('1')].join('\t'))).toThrow('"x" for a number');
  });
});

import { expect, it } from 'vitest';
import { CaptureAnalysis } from '../../src/capture/capture-analysis.ts';
import { EndpointText } from '../../src/capture/endpoint-text.ts';
import { allCases } from './craft/all-cases.ts';
import { feed } from './feed.ts';

it('addresses stay readable when the memory of the engine grows', () => {
  const ipv6 = allCases.find(({ expected }) => expected.connections[0]?.client?.includes('2001:'));
  if (ipv6 === undefined) throw new Error('no case is of IPv6');
  const analysis = new CaptureAnalysis();
  feed(ipv6.pcap, analysis);
  const addresses = new EndpointText(analysis.engine);
  const before = addresses.of(0, true);
  const bytes = analysis.engine.memory.buffer.byteLength;
  analysis.engine.inputAt(2 * bytes);
  expect(analysis.engine.memory.buffer.byteLength).toBeGreaterThan(bytes);
  expect(before).toContain('2001:');
  expect(addresses.of(0, true)).toBe(before);
});

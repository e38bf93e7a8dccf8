import { describe, expect, it } from 'vitest';
import { LiveAnalysis } from '../../../src/app/capture/live/live-analysis.ts';
import { Conversation } from '../../capture/craft/conversation.ts';
import { linkFrameBytes } from '../../capture/craft/link-frame-bytes.ts';

/** As `captureLive` hands packets on: from the IP header on, all in one block of the ring. */
function take(analysis: LiveAnalysis, connections: number): void {
  for (let i = 0; i < connections; i++) {
    const conversation = new Conversation({ client: `10.0.0.1:${40_000 + i}` })
      .open(0)
      .exchange(10)
      .close(20);
    for (const packet of conversation.packets) {
      const { bytes, linkType } = linkFrameBytes(packet, 'raw', false);
      const block = new Uint8Array(bytes.length + 64).fill(0xff);
      block.set(bytes, 32);
      const view = new DataView(block.buffer);
      analysis.frame(
        block,
        view,
        32,
        bytes.length,
        bytes.length,
        1_700_000_000 + i,
        packet.atMs * 1e6,
        linkType,
      );
    }
  }
}

describe('LiveAnalysis', () => {
  it('reports what the packets show', async () => {
    const analysis = new LiveAnalysis();
    take(analysis, 3);
    const report = await analysis.report('live.pcapng');
    expect(report).toMatchObject({
      file: 'live.pcapng',
      partial: null,
      judgements: { completed: 3 },
      totals: { connections: 3, syn: 3 },
      unknowns: [],
    });
  });

  it('follows no more connections than its memory has room for, and says from where on it did not', async () => {
    const analysis = new LiveAnalysis(5);
    take(analysis, 8);
    const report = await analysis.report('-');
    expect(report.totals.connections).toBe(5);
    expect(report.partial).toMatchObject({
      because: 'it keeps 5 connections at most',
      record: report.packets + 1,
    });
  });

  it('has something to say about nothing', async () => {
    const report = await new LiveAnalysis().report('-');
    expect(report).toMatchObject({ packets: 0, findings: [], totals: { connections: 0 } });
  });
});

import { describe, expect, it } from 'vitest';
import { CaptureAnalysis } from '../../src/capture/capture-analysis.ts';
import { describeAll } from '../../src/capture/describe-all.ts';
import type { ConnectionRecord } from '../../src/tcp/capture.ts';
import { bystander } from './craft/bystander.ts';
import { Conversation } from './craft/conversation.ts';
import type { CraftedPacket } from './craft/crafted-packet.ts';
import { linkFrameBytes } from './craft/link-frame-bytes.ts';
import { pcapBytes } from './craft/pcap-bytes.ts';
import { feed } from './feed.ts';

/** Judgements that hang on a moment or on one packet: each beside its nearest neighbour. */
function judge(packets: readonly CraftedPacket[]): ConnectionRecord['judgement'] {
  const analysis = new CaptureAnalysis();
  const frames = packets.map((packet) => ({
    atMs: packet.atMs,
    ...linkFrameBytes(packet, 'ethernet', false),
  }));
  feed(pcapBytes(1, frames), analysis);
  const [first] = describeAll(analysis.engine);
  if (first === undefined) throw new Error('no connection in the packets');
  return first.judgement;
}

describe('a SYN that is neither answered nor repeated', () => {
  it.each([
    [1400, 'unknown'],
    [1600, 'syn-timeout'],
  ] as const)('%d ms before the capture ends: %s', (endMs, id) => {
    expect(judge([...new Conversation().client(0, 'S').packets, bystander(endMs)]).id).toBe(id);
  });
});

describe('a SYN-ACK that no ACK follows', () => {
  const answered = () => new Conversation().client(0, 'S').server(1, 'S.', { lost: true });

  it('repeated: half-open, certainly', () => {
    const judgement = judge([...answered().server(1001, 'S.', { lost: true }).packets, bystander(1200)]);
    expect(judgement).toMatchObject({ id: 'half-open', confidence: 'certain' });
  });

  it.each([
    [1400, 'unknown', 'certain'],
    [3000, 'half-open', 'likely'],
  ] as const)('once, %d ms before the end of the capture: %s, %s', (endMs, id, confidence) => {
    expect(judge([...answered().packets, bystander(endMs)])).toMatchObject({ id, confidence });
  });
});

describe('a SYN-ACK of which only the server was captured', () => {
  const unseen = () => new Conversation().client(0, 'S', { unseen: true }).server(1, 'S.');

  it('and nothing more of it: the client never completed', () => {
    const judgement = judge([...unseen().packets, bystander(3000)]);
    expect(judgement).toMatchObject({ id: 'half-open', confidence: 'likely' });
    expect(judgement.because).toContain('neither a SYN before it was captured nor an ACK after it');
  });

  it('and the server goes on: only one direction was captured', () => {
    const talk = unseen().client(2, '.', { unseen: true }).server(20, 'F.');
    expect(judge([...talk.packets, bystander(3000)]).id).toBe('unknown');
  });
});

describe('data that is never answered', () => {
  const silentFrom = (atMs: number) => {
    const talk = new Conversation().open(0).client(atMs, 'P.', { data: 100, lost: true });
    for (const later of [210, 630, 1470, 3150])
      talk.client(atMs + later, 'P.', { seq: 1, data: 100, lost: true });
    return [...talk.packets, bystander(atMs + 6000)];
  };

  it.each([
    [5, 'accept-queue-stall', 'possible'],
    [1000, 'retransmission-death', 'certain'],
    [7000, 'idle-timeout-cut', 'likely'],
  ] as const)('from %d ms after the handshake on: %s', (atMs, id, confidence) => {
    expect(judge(silentFrom(atMs))).toMatchObject({ id, confidence });
  });
});

describe('data that is answered and not acknowledged', () => {
  const answered = (isAnswered: boolean) => {
    const talk = new Conversation().open(0).client(5, 'P.', { data: 100, lost: true });
    for (const atMs of [5, 210, 630, 1470, 3150]) {
      if (atMs > 5) talk.client(atMs, 'P.', { seq: 1, data: 100, lost: true });
      if (isAnswered) talk.server(atMs + 0.1, '.');
    }
    return [...talk.packets, bystander(4000)];
  };

  it('arrives and is not taken in', () => {
    const judgement = judge(answered(true));
    expect(judgement).toMatchObject({ id: 'retransmission-death', confidence: 'likely' });
    expect(judgement.because).toContain('it arrives and is not taken in');
  });

  it('nobody answers: nothing of the kind is said', () => {
    expect(judge(answered(false)).because).not.toContain('arrives');
  });

  it('taken in at last: a few retransmissions', () => {
    const talk = new Conversation().open(0).client(5, 'P.', { data: 100, lost: true });
    for (const atMs of [210, 630])
      talk.client(atMs, 'P.', { seq: 1, data: 100, lost: true }).server(atMs + 0.1, '.');
    talk.client(1470, 'P.', { seq: 1, data: 100 }).server(1470.1, '.').close(1500);
    expect(judge(talk.packets).id).toBe('completed');
  });
});

describe('RST in answer to a keepalive probe', () => {
  const probed = (idleMs: number, by: 'client' | 'server') => {
    const talk = new Conversation().open(0).exchange(5);
    const other = by === 'server' ? 'client' : 'server';
    talk[other](idleMs, '.', { seq: other === 'client' ? 100 : 500 });
    talk[by](idleMs + 1, 'R');
    return judge(talk.packets);
  };

  it.each(['client', 'server'] as const)('soon: the %s has forgotten it', (by) => {
    expect(probed(2000, by)).toMatchObject({ id: `reset-by-${by}`, confidence: 'certain' });
    expect(probed(2000, by).because).toBe(
      `the ${by} answered a keepalive probe with RST: it has forgotten the connection, as after a reboot`,
    );
  });

  it('after a long silence something on the way may have', () => {
    expect(probed(60_000, 'server')).toMatchObject({ id: 'idle-timeout-cut', confidence: 'likely' });
  });
});

describe('RST after a long silence', () => {
  const resetAfter = (flags: 'P.' | 'F.') =>
    judge(
      new Conversation()
        .open(0)
        .exchange(5)
        .client(60_000, flags, { data: flags === 'P.' ? 100 : 0, lost: true })
        .server(60_001, 'R').packets,
    );

  it('in answer to data: it was forgotten', () => {
    expect(resetAfter('P.').id).toBe('idle-timeout-cut');
  });

  it('in answer to a FIN alone: nothing was taken away by it', () => {
    expect(resetAfter('F.').id).toBe('reset-by-server');
  });
});

describe('the second FIN', () => {
  const closedAfter = (ms: number, answer: 'R' | '.') =>
    judge(
      new Conversation()
        .open(0)
        .exchange(5)
        .client(20, 'F.')
        .server(21, '.')
        .server(20 + ms, 'F.')
        .client(21 + ms, answer).packets,
    );

  it('late and answered with RST: it was kept in CLOSE_WAIT until the other had given up', () => {
    const judgement = closedAfter(60_000, 'R');
    expect(judgement).toMatchObject({ id: 'half-closed', confidence: 'likely' });
    expect(judgement.because).toContain('closed and heard nothing for 60.0 s');
  });

  it.each([
    [60_000, '.'],
    [200, 'R'],
  ] as const)('after %d ms, answered with %s: closed in order', (ms, answer) => {
    expect(closedAfter(ms, answer).id).toBe('completed');
  });
});

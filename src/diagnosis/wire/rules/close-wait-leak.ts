import { formatCount, formatDurationMs, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener, ConnectionRecord } from '../../../tcp/capture.ts';
import type { Finding, Unknown } from '../../../tcp/finding.ts';
import { closeAtTheEnd, timersIdle } from '../../close-wait/close-wait-remedies.ts';
import { leakExperiment } from '../../experiment/closing-experiments.ts';
import type { Judgement } from '../../rule.ts';
import { nothing } from '../../rule.ts';
import { askDoctor } from '../ask-doctor.ts';
import { isOneWay } from '../blind-spots.ts';
import { captureMs, endpointOf, judged } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireCloseWaitLeak = defineWireRule({
  id: 'close-wait-leak',
  summary: 'one side has closed, and the other one neither closes nor says anything for long',
  judge: (facts) => {
    const all = facts.listeners.map((listener) => judgeListener(facts, listener));
    return {
      findings: mergeSimilar(all.flatMap(({ findings }) => findings)),
      unknowns: all.flatMap(({ unknowns }) => unknowns ?? []),
    };
  },
});

const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;
/** Sooner, the other side may still be at work on an answer. */
const SILENT_MS = 5000;
const LONG_MS = 60_000;

function judgeListener(facts: CaptureFacts, listener: CaptureListener): Judgement {
  const count = judged(listener, 'half-closed');
  const notable = count >= SEVERAL && count >= listener.connections * NOTABLE_SHARE;
  if ((!notable && !isAll(listener, count)) || isOneWay(facts, listener)) return nothing;
  const shown = examplesOf(facts, ['half-closed'], listener).filter(
    (one) => one.fromClient.packets > 0 && one.fromServer.packets > 0 && closerOf(one) !== undefined,
  );
  if (shown.length === 0)
    return untold(listener, count, 'but not which side does not close, or only one direction was captured');
  const late = shown.filter(isTooLate);
  if (late.length * 2 > shown.length) return { findings: [describeLate(listener, count, late)] };
  const silentMs = Math.max(...shown.map(({ toMs }) => captureMs(facts) - toMs));
  if (silentMs < SILENT_MS)
    return untold(
      listener,
      count,
      `when the capture ends, ${formatDurationMs(silentMs)} after their last packet`,
    );
  return { findings: [describe(listener, { count, shown, silentMs })] };
}

function isAll({ connections }: CaptureListener, count: number): boolean {
  return count > 0 && count === connections;
}

function untold(listener: CaptureListener, count: number, why: string): Judgement {
  const because = `${plural(count, 'connection')} to ${endpointOf(listener)} ${count === 1 ? 'is' : 'are'} half-closed, ${why}`;
  const unknown: Unknown = { rule: 'close-wait-leak', missing: 'packets', because };
  return { findings: [], unknowns: [unknown] };
}

/** Who has closed, or had closed first and was gone when the other did. */
function closerOf(one: ConnectionRecord): 'client' | 'server' | undefined {
  const { fromClient, fromServer, end } = one;
  if (fromClient.fin !== fromServer.fin) return fromClient.fin ? 'client' : 'server';
  return isTooLate(one) && end.by !== 'middlebox' ? (end.by ?? undefined) : undefined;
}

function isTooLate({ fromClient, fromServer, end }: ConnectionRecord): boolean {
  return end.how === 'fin' && fromClient.fin && fromServer.fin;
}

/** The late FIN was answered with RST: no need to wait for the end of the capture. */
function describeLate(listener: CaptureListener, count: number, shown: readonly ConnectionRecord[]): Finding {
  const keptMs = Math.max(...shown.map(({ end, toMs }) => toMs - (end.atMs ?? toMs)));
  const byClient = shown.filter((one) => closerOf(one) === 'server').length * 2 > shown.length;
  const [keeper, closer] = byClient ? ['the client', 'the server'] : ['the server', 'the client'];
  const finding = describe(listener, { count, shown, silentMs: keptMs });
  return {
    ...finding,
    confidence: 'likely',
    title: `${plural(count, 'connection')} to ${endpointOf(listener)} ${count === 1 ? 'was' : 'were'} closed by ${closer} and kept open by ${keeper} (CLOSE_WAIT) for up to ${formatDurationMs(keptMs)}: too long, ${closer} had given up by then`,
    explanation: `One side said goodbye (FIN) and was acknowledged. The other one said nothing more, and when its own FIN came at last it was answered with RST: FIN_WAIT2 of the first had run out (tcp_fin_timeout). Until then the descriptor was kept in CLOSE_WAIT, which has no timer.`,
    evidence: [
      wireEvidence(
        'closeWait',
        count,
        'connections',
        `${formatCount(count)} of ${plural(listener.connections, 'connection')} closed too late`,
      ),
      wireEvidence('closedFor', keptMs, 'ms', `up to ${formatDurationMs(keptMs)} between the two FINs`),
      ...exampleEvidence(shown),
    ],
  };
}

interface HalfClosed {
  readonly count: number;
  readonly shown: readonly ConnectionRecord[];
  readonly silentMs: number;
}

function describe(listener: CaptureListener, { count, shown, silentMs }: HalfClosed): Finding {
  const byClient = shown.filter((one) => closerOf(one) === 'server').length * 2 > shown.length;
  const [keeper, closer] = byClient ? ['the client', 'the server'] : ['the server', 'the client'];
  const long = silentMs >= LONG_MS;
  const many = count >= SEVERAL && (long || count * 2 >= listener.connections);
  return {
    id: 'close-wait-leak',
    severity: many ? 'warning' : 'info',
    confidence: long ? 'likely' : 'possible',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener), ...(byClient && shown[0] ? { peer: shown[0].client } : {}) },
    title: `${plural(count, 'connection')} to ${endpointOf(listener)} ${count === 1 ? 'is' : 'are'} closed by ${closer} and kept open by ${keeper} (CLOSE_WAIT), silent for up to ${formatDurationMs(silentMs)}`,
    explanation: `One side said goodbye (FIN) and was acknowledged; the other one has neither closed nor sent anything since. CLOSE_WAIT has no timer, so that the socket stays until its program closes. A program that is still at work on an answer looks the same: the longer the silence, the less likely.`,
    cause: { id: 'never-closed', title: `${keeper} has been told the end of the stream and does not close` },
    evidence: [
      wireEvidence(
        'closeWait',
        count,
        'connections',
        `${formatCount(count)} of ${plural(listener.connections, 'connection')} half-closed when the capture ends`,
      ),
      wireEvidence('closedFor', silentMs, 'ms', `no packet for up to ${formatDurationMs(silentMs)}`),
      ...exampleEvidence(shown),
    ],
    ruledOut: [{ id: 'network', because: 'the FIN has arrived and was acknowledged' }],
    remedies: [
      closeAtTheEnd(byClient, `ss -tanp state close-wait${byClient ? '' : ` sport = :${listener.port}`}`),
      ...(byClient
        ? []
        : [askDoctor(listener.port, 'which program keeps them and how full its descriptors are')]),
      timersIdle,
    ],
    experiment: leakExperiment(count, 'never-closed', byClient),
  };
}

/** How the connections of a listener were opened, and how long that took. */
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as judgementBit from '../../layout/judgement-bits.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as column from '../../layout/total-columns.ts';
import * as view from '../judging/view.ts';
import { allocate } from '../memory.ts';
import { means } from './meaning.ts';
import { addTo } from './rows.ts';

/** Where each bin of times to connect begins, ms; 64-bit floats. */
const edges: usize = allocate(<usize>column.latencyBins * 8);

export function latencyEdgesAt(): usize {
  return edges;
}

export function countOpening(totals: usize, step: i32): void {
  const synSends = view.synSends();
  if (synSends === 0) return;
  addTo(totals, column.attempts, 1);
  if (view.is(stateBit.established)) addTo(totals, column.established, 1);
  if (means(view.verdict(), judgementBit.tooEarly)) addTo(totals, column.tooEarly, 1);
  addTo(totals, column.synRetransmissions, <f64>(synSends - 1));
  addTo(totals, column.arrivals + step, 1);
  const synAckSends = view.synAckSends();
  if (synAckSends === 0 || view.is(stateBit.beginsWithSynAck)) return;
  addTo(totals, column.synAckRetransmissions, <f64>(synAckSends - 1));
  countTime(totals, <f64>(<u32>view.wordOf(view.server, endpointWord.openedUs)), synSends);
}

function countTime(totals: usize, connectUs: f64, synSends: i32): void {
  const retries = min(synSends, column.retryColumns) - 1;
  addTo(totals, column.latency + binOf(connectUs / 1000) * column.retryColumns + retries, 1);
  const least = totals + ((<usize>column.connectMinUs) << 3);
  const isFirst = load<f64>(totals + ((<usize>column.connectSamples) << 3)) === 0;
  if (isFirst || connectUs < load<f64>(least)) store<f64>(least, connectUs);
  addTo(totals, column.connectSamples, 1);
  addTo(totals, column.connect + logStep(connectUs), 1);
}

function binOf(ms: f64): i32 {
  let bin = 0;
  while (bin + 1 < column.latencyBins && ms >= load<f64>(edges + ((<usize>(bin + 1)) << 3))) bin++;
  return bin;
}

function logStep(us: f64): i32 {
  if (us < 1) return 0;
  const step = <i32>Math.floor(Math.log2(us) * <f64>column.stepsPerOctave);
  return min(column.stepsPerOctave * column.octaves - 1, step);
}

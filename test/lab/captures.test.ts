import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeCapture } from '../../src/app/capture/analyze/analyze-capture.ts';
import { allScenarios } from '../../src/lab/scenarios/all-scenarios.ts';
import { captureVerdict } from '../../src/report/capture/capture-verdict.ts';
import type { CaptureReport, JudgementId } from '../../src/tcp/capture.ts';
import type { FindingId } from '../../src/tcp/finding.ts';
import { playScenario } from './play-scenario.ts';

/** What the packets of a scenario, at its defaults, are told as. */
interface Told {
  /** Of all findings the first; null: there is none. */
  readonly first: FindingId | null;
  readonly others?: readonly FindingId[];
  /** Part of the first sentence. */
  readonly sentence: string;
  /** Each of these connections there are at least so many. */
  readonly judgements: Partial<Record<JudgementId, number>>;
  /** It takes what happens in the last 20 ms, which a kernel's ring may still have kept to itself; without that there is this. */
  readonly withoutEnd?: {
    readonly isMissing: (report: CaptureReport) => boolean;
    readonly first: FindingId | null;
  };
  /** Where packets alone do not tell what the lab did, why not. */
  readonly untold?: string;
}

/** The host may have died as well, when not even its goodbyes were captured. */
const neverHeardAgain = {
  isMissing: ({ judgements }: CaptureReport) => (judgements.ongoing ?? 0) > 0,
  first: 'connect-timeouts',
} as const;

const table: Readonly<Record<string, Told>> = {
  'connect-timeout': {
    first: 'connect-timeouts',
    sentence: 'gets no answer: up to 3 SYNs in ',
    judgements: { 'syn-timeout': 1 },
  },
  'connect-refused': {
    first: 'connect-refused',
    sentence: 'answers with RST',
    judgements: { refused: 5 },
  },
  'keepalive-alive': {
    first: null,
    sentence: 'Nothing is wrong with the one connection',
    judgements: { heartbeat: 1 },
  },
  'keepalive-dead-peer': {
    first: 'dead-peers',
    sentence: 'keepalive probes stay unanswered',
    judgements: { 'keepalive-death': 1 },
  },
  'keepalive-rebooted-peer': {
    first: null,
    sentence: 'did not go as it should',
    judgements: { 'reset-by-server': 1 },
  },
  'half-open-no-keepalive': {
    first: 'dead-peers',
    sentence: 'of 4 connections did not go as',
    judgements: { 'idle-timeout-cut': 1 },
    untold: 'a peer that vanished and a firewall that forgot leave the same silence',
  },
  'close-wait-leak': {
    first: 'close-wait-leak',
    sentence: 'closed by the client and kept open by the server (CLOSE_WAIT)',
    judgements: { 'half-closed': 7 },
    withoutEnd: { isMissing: ({ fromMs, toMs }) => toMs - fromMs < 2000, first: null },
  },
  'accept-queue-overflow': {
    first: 'accept-queue-overflow',
    sentence: 'leaves SYNs unanswered while it serves others, as a full accept queue does',
    judgements: { 'syn-timeout': 15 },
    withoutEnd: neverHeardAgain,
  },
  'syn-queue-burst': {
    first: null,
    sentence: 'Nothing is wrong with the 100 connections',
    judgements: {},
    untold: 'with timestamps a SYN cookie looks like any other SYN-ACK',
  },
  'syn-flood': {
    first: 'syn-flood',
    sentence: 'is under a SYN flood',
    judgements: { 'half-open': 20 },
  },
  'heartbeat-storm': {
    first: 'connection-churn',
    others: ['accept-queue-overflow'],
    sentence: 'every 1.0 s 300 senders connect and close again',
    judgements: { heartbeat: 300, 'syn-timeout': 300 },
  },
  'reuseport-imbalance': {
    first: 'accept-queue-overflow',
    sentence: 'as a full accept queue does',
    judgements: { 'slow-open': 10 },
    untold: 'which of several sockets of a port is full is not on the wire',
  },
  'time-wait-exhaustion': {
    first: null,
    sentence: 'Nothing wrong was found in what could be judged',
    judgements: { heartbeat: 20 },
    untold: 'a connect() that fails for want of a port sends nothing',
  },
  'retransmit-death': {
    first: 'dead-peers',
    sentence: 'what was sent stays unacknowledged',
    judgements: { 'retransmission-death': 1 },
  },
  'idle-middlebox': {
    first: 'dead-peers',
    sentence: 'got no answer any more after 5.0 s of silence: something on the way has forgotten it, or',
    judgements: { 'idle-timeout-cut': 1 },
  },
  'slow-syn-ack-loss': {
    first: null,
    sentence: 'did not go as it should',
    judgements: { 'slow-open': 1 },
  },
  'fin-wait-pile-up': {
    first: null,
    sentence: 'Nothing wrong was found in what could be judged',
    judgements: { ongoing: 25 },
    untold: 'after the FIN and its ACK nothing more is sent, and how long that lasts is not in these packets',
  },
  'container-somaxconn': {
    first: 'accept-queue-overflow',
    sentence: 'as a full accept queue does',
    judgements: { 'syn-timeout': 15 },
    withoutEnd: neverHeardAgain,
    untold: 'whose limit it was is not on the wire',
  },
  'backlog-raise': {
    first: 'accept-queue-overflow',
    sentence: 'got in only after SYN retries',
    judgements: {},
    untold: 'a call of listen() is not on the wire',
  },
  'paws-rejections': {
    first: 'paws-rejections',
    sentence: 'what the client sends arrives and is not taken in',
    judgements: { 'retransmission-death': 12 },
  },
  retransmissions: {
    first: 'retransmissions',
    sentence: 'segments or their acknowledgements are lost on the way',
    judgements: { completed: 30 },
  },
};

const cases = allScenarios.map((scenario, n) => ({
  name: scenario.name,
  scenario,
  family: n % 2 === 0 ? ('ipv4' as const) : ('ipv6' as const),
}));

describe.concurrent('what capture analyze says of the packets of', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfopen-captures-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.for(cases)('$name over $family', { timeout: 120_000 }, async ({ name, scenario, family }) => {
    const told = table[name];
    if (told === undefined) throw new Error(`${name} is not in the table`);
    const keepCapture = join(folder, `${name}.pcap`);
    // Whether it went as predicted to the millisecond is tested elsewhere.
    expect((await playScenario(scenario, family, [], { keepCapture })).incompleteBecause).toEqual([]);
    const report = await analyze(keepCapture);
    const ids = report.findings.map(({ id }) => id);
    if (told.withoutEnd?.isMissing(report)) {
      expect(ids.at(0) ?? null, titles(report)).toBe(told.withoutEnd.first);
      return;
    }
    expect(ids.at(0) ?? null, titles(report)).toBe(told.first);
    expect(ids.slice(1), titles(report)).toEqual(told.others ?? []);
    const { headline, detail } = captureVerdict(report);
    expect(`${headline}: ${detail}`).toContain(told.sentence);
    for (const [id, least] of Object.entries(told.judgements) as [JudgementId, number][]) {
      expect(report.judgements[id] ?? 0, id).toBeGreaterThanOrEqual(least);
    }
  });
});

function titles({ findings }: CaptureReport): string {
  return findings.map(({ id, severity, title }) => `${severity} ${id}: ${title}`).join('\n');
}

async function analyze(file: string): Promise<CaptureReport> {
  const reading = { onProgress: () => {}, stop: new AbortController().signal, keepRecords: false };
  return (await analyzeCapture(file, reading)).report;
}

import { describe, expect, it } from 'vitest';
import {
  CLOSES_AFTER_MS,
  IncidentBook,
  type JudgedFindings,
} from '../../../src/app/record/incidents/incident-book.ts';
import type { Finding, FindingId, Severity } from '../../../src/tcp/finding.ts';

const START = 1_800_000_000_000;

function finding(id: FindingId, listener: string, severity: Severity = 'critical', size = 1): Finding {
  return {
    id,
    severity,
    confidence: 'certain',
    namespace: 7,
    subject: { listener, process: 'ruby', pid: '812' },
    title: `${listener} is in trouble (${size})`,
    explanation: '',
    cause: { id: 'burst', title: '' },
    evidence: [{ source: 'sock_diag', name: 'drops', value: size, unit: 'packets', note: '' }],
    ruledOut: [],
    remedies: [],
    experiment: { scenario: '', set: {} },
  };
}

function judgement(afterMs: number, findings: readonly Finding[], more: Partial<JudgedFindings> = {}) {
  return {
    atMs: START + afterMs,
    namespaceInode: 7,
    namespace: 'web',
    findings,
    unknown: new Set<FindingId>(),
    because: 'a listener drops connections',
    magnitudeOf: ({ evidence }: Finding) => Number(evidence[0]?.value ?? 0),
    ...more,
  };
}

function newBook(): IncidentBook {
  let id = 0;
  return new IncidentBook(() => `i${++id}`);
}

const overflow = (size = 1): Finding => finding('accept-queue-overflow', '0.0.0.0:80', 'critical', size);

describe('the book of incidents', () => {
  it('opens once, keeps the worst moment, and closes when it was not seen for 30 s', () => {
    const book = newBook();
    const whats = [
      book.judged(judgement(0, [overflow(10)])),
      book.judged(judgement(5000, [overflow(90)])),
      book.judged(judgement(10_000, [overflow(20)])),
      book.judged(judgement(10_000 + CLOSES_AFTER_MS - 1, [])),
      book.judged(judgement(10_000 + CLOSES_AFTER_MS, [])),
    ].map((changes) => changes.map(({ what }) => what));
    expect(whats).toEqual([['opened'], ['worse'], ['seen'], [], ['closed']]);
    expect(book.open).toEqual([]);
  });

  it('says from when to when it lasted, and when it was worst', () => {
    const book = newBook();
    book.judged(judgement(0, [overflow(10)]));
    book.judged(judgement(5000, [overflow(90)]));
    book.judged(judgement(10_000, [overflow(20)]));
    const [closed] = book.judged(judgement(60_000, []));
    expect(closed?.open.incident).toMatchObject({
      id: 'i1',
      openedMs: START,
      worstMs: START + 5000,
      updatedMs: START + 10_000,
      closedMs: START + 10_000,
      title: '0.0.0.0:80 is in trouble (90)',
      namespace: 'web',
      subject: '0.0.0.0:80',
    });
  });

  it('takes what comes back within 30 s as the same, and later as another', () => {
    const book = newBook();
    book.judged(judgement(0, [overflow()]));
    book.judged(judgement(20_000, []));
    expect(book.judged(judgement(29_000, [overflow()]))[0]?.what).toBe('seen');
    book.judged(judgement(60_000, []));
    expect(book.judged(judgement(61_000, [overflow()]))[0]?.open.incident.id).toBe('i2');
  });

  it('tells listeners and findings apart, but not a restarted process', () => {
    const book = newBook();
    const restarted = { ...overflow(), subject: { listener: '0.0.0.0:80', process: 'ruby', pid: '999' } };
    book.judged(judgement(0, [overflow(), finding('accept-queue-overflow', '[::]:80')]));
    book.judged(judgement(1000, [restarted, finding('syn-flood', '0.0.0.0:80')]));
    expect(book.open.map(({ incident }) => incident.id)).toEqual(['i1', 'i2', 'i3']);
  });

  it('does not take what could not be judged as over', () => {
    const book = newBook();
    book.judged(judgement(0, [finding('close-wait-leak', '0.0.0.0:80', 'warning')]));
    const unknown = new Set<FindingId>(['close-wait-leak']);
    expect(book.judged(judgement(90_000, [], { unknown }))).toEqual([]);
    expect(book.judged(judgement(95_000, []))[0]?.what).toBe('closed');
  });

  it('keeps another namespace’s incidents open', () => {
    const book = newBook();
    book.judged(judgement(0, [overflow()]));
    expect(book.judged(judgement(90_000, [], { namespaceInode: 8 }))).toEqual([]);
    expect(book.closeAll(8)).toEqual([]);
    expect(book.closeAll(7)).toHaveLength(1);
  });

  it('opens none for what is a state of the host, or only worth a note', () => {
    const book = newBook();
    const notes = [finding('syncookies-off', '0.0.0.0:80', 'warning'), overflow()];
    const [, note] = notes;
    expect(
      book.judged(judgement(0, [notes[0] as Finding, { ...(note as Finding), severity: 'info' }])),
    ).toEqual([]);
  });

  it('becomes worse with the severity, whatever the size', () => {
    const book = newBook();
    book.judged(judgement(0, [finding('accept-queue-overflow', '0.0.0.0:80', 'warning', 50)]));
    expect(book.judged(judgement(1000, [overflow(2)]))[0]).toMatchObject({
      what: 'worse',
      open: { incident: { severity: 'critical' } },
    });
    expect(
      book.judged(judgement(2000, [finding('accept-queue-overflow', '0.0.0.0:80', 'warning', 99)]))[0],
    ).toMatchObject({ what: 'seen', open: { incident: { severity: 'critical' } } });
  });
});

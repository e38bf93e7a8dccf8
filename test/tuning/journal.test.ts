import {
  appendFileSync,
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, readJournal } from '../../src/tuning/journal/journal.ts';
import { type JournalRecord, statusOf } from '../../src/tuning/journal/journal-record.ts';
import { newApplyId, StateLock, usualStateFolder } from '../../src/tuning/journal/state-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = (): string => path.join(folder, 'one');
const file = (): string => path.join(place(), 'journal.jsonl');
const done: JournalRecord = { kind: 'done', step: 1 };

function write(...records: readonly JournalRecord[]): void {
  using journal = Journal.create(place());
  for (const record of records) journal.append(record);
}

describe('a journal', () => {
  it('reads back what was written, one document a line', () => {
    write(done, { kind: 'failed', step: 2, said: 'a\nb' });
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3);
    expect(readJournal(place()).records).toEqual([done, { kind: 'failed', step: 2, said: 'a\nb' }]);
  });

  it.each(['{"kind":"done","step":2}', '{"ki', '\0'])(
    'a last line without its end did not happen: %j',
    (rest) => {
      write(done);
      appendFileSync(file(), rest);
      expect(readJournal(place()).records).toEqual([done]);
      using journal = Journal.open(place());
      journal.append({ kind: 'done', step: 3 });
      expect(readJournal(place()).records).toEqual([done, { kind: 'done', step: 3 }]);
    },
  );

  it.each(['nonsense', '{"kind":"other"}', '{"kind":"begin","step":1}', '[]', 'null'])(
    'a whole line that is no record is damage: %j',
    (line) => {
      write(done);
      appendFileSync(file(), `${line}\n`);
      expect(() => readJournal(place())).toThrow(/line 2 is no record/);
    },
  );

  it('is never begun twice in one place', () => {
    write();
    expect(() => Journal.create(place())).toThrow(/EEXIST/);
  });

  it('keeps bytes as they are', () => {
    using journal = Journal.create(place());
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    expect(journal.backup(journal.backUp(7, bytes))).toEqual(bytes);
  });
});

describe('the status of an apply', () => {
  it.each([
    [[], 'interrupted'],
    [[{ kind: 'end', atMs: 0, outcome: 'applied' }], 'applied'],
    [[{ kind: 'end', atMs: 0, outcome: 'stopped' }], 'stopped'],
    [[{ kind: 'undone', step: 1, how: 'restored' }], 'partly rolled back'],
    [[{ kind: 'rolled-back', atMs: 0 }], 'rolled back'],
  ] as const)('%j: %s', (records, status) => expect(statusOf(records)).toBe(status));
});

describe('the state folder', () => {
  it('counts on where a plan is applied again', () => {
    expect(newApplyId(folder, 'plan')).toBe('plan');
    for (const id of ['plan', 'plan.2', 'plan.10']) Journal.create(path.join(folder, id))[Symbol.dispose]();
    expect(newApplyId(folder, 'plan')).toBe('plan.3');
  });

  it('lets in one at a time, and says who that is', () => {
    {
      using _first = StateLock.take(folder, 'apply');
      expect(() => StateLock.take(folder, 'rollback')).toThrow(
        new RegExp(`somebody else is at it in ${folder}: halfopen tune apply, process ${process.pid}`),
      );
    }
    using _second = StateLock.take(folder, 'rollback');
    expect(readFileSync(path.join(folder, 'lock'), 'utf8')).toContain('rollback');
  });

  it('is where the XDG base directories say, for others than root', () => {
    const expected = process.getuid?.() === 0 ? '/var/lib/halfopen/tune' : '/s/halfopen/tune';
    expect(usualStateFolder({ XDG_STATE_HOME: '/s' })).toBe(expected);
  });

  it('says so where nothing can be kept', () => {
    writeFileSync(path.join(folder, 'plain'), '');
    expect(() => StateLock.take(path.join(folder, 'plain/state'), 'apply')).toThrow(
      /cannot keep a journal in .*ENOTDIR.*\nNothing is changed/,
    );
  });

  it.each([
    ['that others may write to', () => chmodSync(folder, 0o777), /others may write to it/],
    ['of somebody else', () => chownSync(folder, 65_534, 65_534), /belongs to user 65534/],
    [
      'with a lock that leads elsewhere',
      () => symlinkSync(`${folder}-victim`, path.join(folder, 'lock')),
      /ELOOP/,
    ],
  ])('is none %s: what rollback writes where would be his to say', (_, prepare, words) => {
    if (process.getuid?.() !== 0) return;
    writeFileSync(`${folder}-victim`, 'precious');
    try {
      prepare();
      expect(() => StateLock.take(folder, 'apply')).toThrow(words);
      expect(readFileSync(`${folder}-victim`, 'utf8')).toBe('precious');
    } finally {
      rmSync(`${folder}-victim`);
    }
  });

  it('is none behind somebody else’s link', () => {
    if (process.getuid?.() !== 0) return;
    const link = path.join(folder, 'link');
    const ours = path.join(folder, 'ours');
    mkdirSync(ours, { mode: 0o700 });
    symlinkSync(ours, link);
    StateLock.take(link, 'apply')[Symbol.dispose]();
    lchownSync(link, 65_534, 65_534);
    expect(() => StateLock.take(link, 'apply')).toThrow(/belongs to user 65534/);
  });
});

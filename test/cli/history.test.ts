import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHistory, parseHistoryIncident, parseHistorySeries } from '../../src/contract/history.ts';
import { HistoryStore } from '../../src/history/store/history-store.ts';
import type { Incident } from '../../src/tcp/recording/incident.ts';
import { fillWithTrouble } from '../history/filled-store.ts';
import { asNobody, type EndedProgram, publicCopy, runProgram } from './start-program.ts';

let folder: string;
let file: string;
let incident: Incident;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-history-'));
  file = path.join(folder, 'history.db');
  incident = fillWithTrouble(file, Math.floor(Date.now() / 1000));
});
afterAll(() => rmSync(folder, { recursive: true }));

const history = (...args: string[]): Promise<EndedProgram> =>
  runProgram(['history', ...args, '--store', file]);

describe('halfopen history', () => {
  it('says what happened, and ends with 0', async () => {
    const run = await history('--since', '1h');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('2 incidents in the last hour; 0.0.0.0:24224 dropped 1,200 segments');
    expect(run.stdout).toContain('The recorder was not running from');
  });

  it('takes times, and finds nothing where there was nothing', async () => {
    const run = await history('--since', '2d', '--until', '1d');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain('No incident from');
    expect(run.stdout).toContain('Nothing was recorded in this time');
  });

  it('prints what the contracts say', async () => {
    const overview = parseHistory(JSON.parse((await history('--json')).stdout));
    expect(overview).toMatchObject({ hostname: 'logs-2', recorded: { gaps: [{}] } });
    expect(overview.incidents.map(({ id }) => id)).toEqual([incident.id, '20270115-074000-bbbb']);
    expect(overview.listeners[0]).toMatchObject({
      listener: '0.0.0.0:24224',
      process: 'ruby',
      queuePeak: 1025,
      limit: 1024,
      drops: 1200,
    });
    expect(overview.listeners[1]).toMatchObject({ listener: '[::1]:80', drops: 0 });
    const shown = parseHistoryIncident(JSON.parse((await history('show', incident.id, '--json')).stdout));
    expect(shown).toMatchObject({
      incident,
      blackBox: { bytes: 5 },
      around: { identity: 'host 0.0.0.0:24224', stepSeconds: 1 },
      detail: { finding: { remedies: [{ kind: 'sysctl', effect: 'none' }] } },
    });
    const series = parseHistorySeries(
      JSON.parse((await history('series', '--json', '--step', '10s')).stdout),
    );
    expect(series.series.map(({ identity, stepSeconds }) => [identity, stepSeconds])).toEqual([
      ['host 0.0.0.0:24224', 10],
      ['host [::1]:80', 10],
    ]);
  });

  it('shows an incident by the beginning of its id', async () => {
    const run = await history('show', '20270115-075');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    for (const part of [
      'drops new connections',
      'Not the cause',
      'fd00::7 (5)',
      'Possible SYN flooding',
      'capture analyze -',
    ])
      expect(run.stdout).toContain(part);
    const later = await history('show', '20270115-074');
    expect(later.stdout).toContain('cannot be read any more');
    expect(later.stdout).toContain('none: not written yet, or it had to make room');
    expect(
      parseHistoryIncident(JSON.parse((await history('show', '20270115-074', '--json')).stdout)).detail,
    ).toBeNull();
    const both = await history('show', '2027');
    expect(both).toMatchObject({ exitCode: 2, stdout: '' });
    expect(both.stderr).toContain('These begin so: 20270115-075000-aaaa, 20270115-074000-bbbb.');
  });

  it('chooses series by listener, IPv6 too, and by namespace', async () => {
    const one = await history('series', '--listener', '[::1]:80', '--namespace', 'host', '--csv');
    expect(one.exitCode).toBe(0);
    expect(
      new Set(
        one.stdout
          .trimEnd()
          .split('\n')
          .slice(1)
          .map((line) => line.split(',')[1]),
      ),
    ).toEqual(new Set(['host [::1]:80']));
    expect((await history('series', '--kind', 'namespace')).stdout).toContain('listen drops');
    const none = await history('series', '--listener', '0.0.0.0:1');
    expect(none).toMatchObject({ exitCode: 2 });
    expect(none.stderr).toContain('Recorded are: host 0.0.0.0:24224, host [::1]:80.');
  });

  it('exports the packets and the words, and replaces no file unasked', async () => {
    const target = path.join(folder, 'box.pcapng');
    expect(await history('export', incident.id, '--pcapng', target)).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect([...readFileSync(target)]).toEqual([0x0a, 0x0d, 0x0d, 0x0a, 1]);
    writeFileSync(target, 'mine');
    const again = await history('export', incident.id, '--pcapng', target);
    expect(again).toMatchObject({ exitCode: 2 });
    expect(again.stderr).toContain('--force replaces it');
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect((await history('export', incident.id, '--json', target, '--force')).exitCode).toBe(0);
    expect(parseHistoryIncident(JSON.parse(readFileSync(target, 'utf8'))).incident).toEqual(incident);
    const piped = await history('export', incident.id, '--json', '-');
    expect(JSON.parse(piped.stdout)).toMatchObject({ incident: { id: incident.id } });
    const none = await history('export', '20270115-074', '--pcapng', '-');
    expect(none).toMatchObject({ exitCode: 3, stdout: '' });
    expect(await history('export', incident.id)).toMatchObject({ exitCode: 2 });
  });

  it.each([
    [['--since', 'yesterday'], 'how long ago'],
    [['--since', '1h', '--until', '2h'], '--since has to be before --until'],
    [['--since', '2999-01-01'], '--since has to be before --until, and before now'],
    [['show', ''], '--since 7d lists'],
    [['show', 'nobody'], '--since 7d lists'],
    [['show'], 'missing required argument'],
    [['series', '--step', '2s'], '1s, 10s, 1m'],
    [['series', '--kind', 'host', '--listener', '0.0.0.0:24224'], 'Leave one of them out'],
    [['export', 'x', '--json', 'a', '--pcapng', 'b'], 'cannot be used with'],
    [['remember'], 'too many arguments'],
  ])('%j is refused', async (args, said) => {
    const run = await history(...args);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(said);
  });

  it('reads while it is written', async () => {
    const busy = path.join(folder, 'busy.db');
    fillWithTrouble(busy, Math.floor(Date.now() / 1000));
    const { store } = HistoryStore.openForRecording(busy);
    using _ = store;
    const run = await runProgram(['history', '--store', busy, '--json']);
    expect(run.exitCode).toBe(0);
    expect(parseHistory(JSON.parse(run.stdout)).incidents).toHaveLength(2);
  });
});

describe('a store that cannot be read', () => {
  const read = (store: string): Promise<EndedProgram> => runProgram(['history', '--store', store]);

  it('is missing, empty, a folder or no store', async () => {
    const [empty, letter] = [path.join(folder, 'empty.db'), path.join(folder, 'letter.db')];
    writeFileSync(empty, '');
    writeFileSync(letter, 'a letter to a friend, longer than the header of a database '.repeat(50));
    for (const [store, said] of [
      [path.join(folder, 'none.db'), 'there is no such file'],
      [empty, 'it is empty'],
      [letter, 'not a database'],
      [folder, 'it is no file'],
    ] as const) {
      const run = await read(store);
      expect(run).toMatchObject({ exitCode: 3, stdout: '' });
      expect(run.stderr).toContain(said);
      expect(run.stderr).not.toContain('should not have happened');
    }
    expect(statSync(empty).size).toBe(0);
  });

  it('is of a later release', async () => {
    const later = path.join(folder, 'later.db');
    fillWithTrouble(later, 1_800_000_000);
    const { store } = HistoryStore.openForRecording(later);
    store[Symbol.dispose]();
    await setVersion(later, 99);
    const run = await read(later);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('it was written by a later release (version 99');
  });

  it('is damaged in the middle', async () => {
    const damaged = path.join(folder, 'damaged.db');
    fillWithTrouble(damaged, Math.floor(Date.now() / 1000));
    const { store } = HistoryStore.openForRecording(damaged);
    store.checkpoint();
    store[Symbol.dispose]();
    const descriptor = openSync(damaged, 'r+');
    const bytes = statSync(damaged).size;
    for (let at = 4096; at < bytes; at += 4096) writeSync(descriptor, Buffer.alloc(64, 0xff), 0, 64, at);
    closeSync(descriptor);
    const run = await read(damaged);
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toMatch(/malformed|corrupt/);
    expect(run.stderr).not.toContain('should not have happened');
  });

  it('is somebody else’s', async () => {
    const copy = publicCopy();
    const closed = path.join(copy.folder, 'state');
    mkdirSync(closed);
    const theirs = path.join(closed, 'history.db');
    writeFileSync(theirs, readFileSync(file));
    chmodSync(closed, 0o750);
    try {
      const run = await runProgram(['history', '--store', theirs], {
        before: asNobody,
        program: copy.program,
      });
      expect(run).toMatchObject({ exitCode: 3, stdout: '' });
      expect(run.stderr).toContain('EACCES');
      expect(run.stderr).toContain('Run it as root');
    } finally {
      copy.remove();
    }
  });

  it('is looked for where serve puts it', async () => {
    const home = path.join(folder, 'home');
    const copy = publicCopy();
    try {
      const options = { before: asNobody, program: copy.program };
      const state = await runProgram(['history'], {
        ...options,
        environment: { HOME: home, XDG_STATE_HOME: '/x' },
      });
      expect(state.stderr).toContain('/x/halfopen/history.db: there is no such file');
      const relative = { HOME: home, XDG_STATE_HOME: 'here' };
      const ignored = await runProgram(['history'], { ...options, environment: relative });
      expect(ignored.stderr).toContain('/.local/state/halfopen/history.db');
    } finally {
      copy.remove();
    }
    expect(existsSync(home)).toBe(false);
  });
});

/** As another program would write it. */
async function setVersion(database: string, version: number): Promise<void> {
  const script = `const D = require('libsql'); const d = new D(process.argv[1]); d.exec('PRAGMA user_version = ${version}'); d.close();`;
  const child = spawn(process.execPath, ['-e', script, database], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('close', resolve));
}

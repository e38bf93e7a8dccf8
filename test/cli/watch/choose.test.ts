import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, firstChoice, type Key } from '../../../src/cli/watch/choose.ts';
import type { WatchChoice } from '../../../src/report/watch/watch-model.ts';

const list = { ids: [10, 11, 12], page: 2 };

function press(...keys: (string | Key)[]): WatchChoice {
  return keys.reduce<WatchChoice>(
    (choice, key) => choose(choice, typeof key === 'string' ? { input: key } : key, list),
    firstChoice,
  );
}
const named = (name: NonNullable<Key['name']>): Key => ({ input: '', name });

describe('keys', () => {
  it('choose a listener', () => {
    expect(press('j').selected).toBe(10);
    expect(press('j', 'j', named('down'), 'j').selected).toBe(12);
    expect(press('j', 'j', named('up'), 'k').selected).toBe(10);
    expect(press(named('pageDown')).selected).toBe(11);
    expect(press('G', named('pageUp')).selected).toBe(10);
    expect(press(named('end'), named('home')).selected).toBe(10);
    expect(choose(firstChoice, { input: 'j' }, { ids: [], page: 2 }).selected).toBeUndefined();
  });

  it('open and close it', () => {
    expect(press(named('enter'))).toMatchObject({ opened: 10, selected: 10 });
    expect(press('j', 'j', named('enter'), 'j')).toMatchObject({ opened: 11, selected: 11 });
    expect(press('j', named('enter'), named('escape'))).toMatchObject({ opened: undefined, selected: 10 });
    expect(press(named('enter'), named('backspace')).opened).toBeUndefined();
  });

  it('sort, pause and explain', () => {
    expect(press('s').sort).toBe('drops');
    expect(press('s', 's', 's', 's').sort).toBe('worst');
    expect(press('p').isPaused).toBe(true);
    expect(press('p', ' ').isPaused).toBe(false);
    expect(press('?').showsHelp).toBe(true);
    expect(press('?', 's')).toMatchObject({ showsHelp: false, sort: 'worst' });
  });

  it('type a filter, in which letters are letters', () => {
    expect(press('/', 's', 'p', '?', ' ', ':', '8')).toMatchObject({
      filter: 'sp? :8',
      isTyping: true,
      sort: 'worst',
    });
    expect(press('/', 'rubyx', named('backspace'), named('enter'))).toMatchObject({
      filter: 'ruby',
      isTyping: false,
    });
    expect(press('/', 'ruby', named('escape'))).toMatchObject({ filter: '', isTyping: false });
    expect(press('/', 'ruby', named('enter'), named('escape')).filter).toBe('');
    expect(press('/', '\u001b[2J\u0007a').filter).toBe('[2Ja');
  });

  it('never lead anywhere else', () => {
    const key = fc.oneof(
      fc.record({ input: fc.string({ unit: 'binary', maxLength: 3 }) }),
      fc.constantFrom<Key>(
        ...(['up', 'down', 'pageUp', 'pageDown', 'home', 'end', 'enter', 'escape', 'backspace'] as const).map(
          named,
        ),
      ),
    );
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const { selected, opened, filter } = press(...keys);
        expect([undefined, ...list.ids]).toContain(selected);
        expect([undefined, ...list.ids]).toContain(opened);
        expect(filter.length).toBeLessThanOrEqual(60);
      }),
    );
  });
});

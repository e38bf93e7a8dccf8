import { type WatchChoice, watchSorts } from '../../report/watch/watch-model.ts';

/** A key as Ink names it; `input` is what was typed, "" for named keys. */
export interface Key {
  readonly input: string;
  readonly name?: 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end' | 'enter' | 'escape' | 'backspace';
}

export const firstChoice: WatchChoice = {
  sort: 'worst',
  filter: '',
  isTyping: false,
  isPaused: false,
  showsHelp: false,
  selected: undefined,
  opened: undefined,
};

const LONGEST_FILTER = 60;

/** What a key makes of the choice; `ids` are the listeners on the list, `page` how many fit on the screen. */
export function choose(
  choice: WatchChoice,
  key: Key,
  { ids, page }: { readonly ids: readonly number[]; readonly page: number },
): WatchChoice {
  if (choice.isTyping) return typed(choice, key);
  if (choice.showsHelp) return { ...choice, showsHelp: false };
  const step = stepOf(key, page);
  if (step !== 0)
    return choice.opened === undefined ? { ...choice, selected: moved(choice, ids, step) } : choice;
  if (key.name === 'enter')
    return { ...choice, opened: choice.selected ?? ids[0], selected: choice.selected ?? ids[0] };
  if (key.name === 'escape' || key.name === 'backspace')
    return choice.opened === undefined ? { ...choice, filter: '' } : { ...choice, opened: undefined };
  return lettered(choice, key.input);
}

function typed(choice: WatchChoice, { input, name }: Key): WatchChoice {
  if (name === 'enter') return { ...choice, isTyping: false };
  if (name === 'escape') return { ...choice, isTyping: false, filter: '' };
  if (name === 'backspace') return { ...choice, filter: [...choice.filter].slice(0, -1).join('') };
  const letters = name === undefined ? input.replace(/\p{C}/gu, '') : '';
  return { ...choice, filter: `${choice.filter}${letters}`.slice(0, LONGEST_FILTER), opened: undefined };
}

function lettered(choice: WatchChoice, input: string): WatchChoice {
  switch (input) {
    case 's':
      return {
        ...choice,
        sort: watchSorts[(watchSorts.indexOf(choice.sort) + 1) % watchSorts.length] ?? 'worst',
      };
    case '/':
      return { ...choice, isTyping: true, opened: undefined };
    case 'p':
    case ' ':
      return { ...choice, isPaused: !choice.isPaused };
    case '?':
    case 'h':
      return { ...choice, showsHelp: true };
    default:
      return choice;
  }
}

function stepOf({ input, name }: Key, page: number): number {
  if (name === 'up' || input === 'k') return -1;
  if (name === 'down' || input === 'j') return 1;
  if (name === 'pageUp') return -page;
  if (name === 'pageDown') return page;
  if (name === 'home' || input === 'g') return Number.NEGATIVE_INFINITY;
  return name === 'end' || input === 'G' ? Number.POSITIVE_INFINITY : 0;
}

/** One that has gone counts as the first. */
function moved({ selected }: WatchChoice, ids: readonly number[], step: number): number | undefined {
  const at = ids.indexOf(selected ?? -1);
  const next = at < 0 && step > 0 ? step - 1 : Math.max(0, at) + step;
  return ids[Math.max(0, Math.min(ids.length - 1, next))];
}

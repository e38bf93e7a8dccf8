import type { Setting } from '../../../tcp/setting.ts';

/** `otherwise`: how long where nothing is predicted. */
export function watchSetting(otherwise = ''): Setting {
  return {
    name: 'watchMs',
    meaning: `how long to watch; 0: until all that is predicted has happened${otherwise}`,
    unit: 'ms',
    default: 0,
    min: 0,
    max: 600_000,
  };
}

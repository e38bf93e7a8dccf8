import type { Setting, SettingValues } from '../tcp/setting.ts';
import { numberOf } from '../tcp/setting.ts';

/** What the link does to packets. All zero: a veth pair, which answers inside the call that sends; otherwise a delayed tun link. */
export const linkSettings: readonly Setting[] = [
  { name: 'delayMs', meaning: 'one-way delay of the link', unit: 'ms', default: 0, min: 0, max: 2000 },
  {
    name: 'jitterMs',
    meaning: 'delay added at random, up to this',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 2000,
  },
  { name: 'lossPercent', meaning: 'packets lost at random', unit: '%', default: 0, min: 0, max: 100 },
  {
    name: 'reorderPercent',
    meaning: 'packets that overtake others',
    unit: '%',
    default: 0,
    min: 0,
    max: 100,
  },
  { name: 'duplicatePercent', meaning: 'packets delivered twice', unit: '%', default: 0, min: 0, max: 100 },
];

/** The link's settings with another usual delay: most of what happens on a real network needs one. */
export function delayedLinkSettings(delayMs: number): readonly Setting[] {
  return linkSettings.map((setting) =>
    setting.name === 'delayMs' ? { ...setting, default: delayMs } : setting,
  );
}

/** A scenario's own settings, and what can be asked of any link besides: it plays there too, but no prediction is made for it. */
export function settingsOf({ settings }: { readonly settings: readonly Setting[] }): readonly Setting[] {
  const own = new Set(settings.map(({ name }) => name));
  const others = linkSettings.filter(({ name }) => !own.has(name));
  return [
    ...settings,
    ...others.map((setting) => ({ ...setting, meaning: `${setting.meaning}; only measured, not predicted` })),
  ];
}

/** "lossPercent=10, jitterMs=5" where the link does what the scenario has no prediction for; empty where it does not. */
export function unpredictedLink(
  { settings }: { readonly settings: readonly Setting[] },
  values: SettingValues,
): string {
  return linkSettings
    .filter(({ name }) => !settings.some((own) => own.name === name) && numberOf(values, name) > 0)
    .map(({ name }) => `${name}=${values[name]}`)
    .join(', ');
}

export function isPlainLink(values: SettingValues): boolean {
  return linkSettings.every(({ name }) => numberOf(values, name) === 0);
}

/** Which port the server listens on. */
export const portSetting: Setting = {
  name: 'port',
  meaning: "the server's port",
  unit: '',
  default: 8080,
  min: 1,
  max: 65_535,
};

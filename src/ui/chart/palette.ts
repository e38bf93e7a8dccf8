import { onColours } from '../shell/theme.ts';

const names = [
  'page',
  'ink',
  'soft',
  'line',
  'accent',
  'calm',
  'grid',
  'edge',
  'limit',
  'loss',
  'loss-fill',
  'pressure',
  'pressure-fill',
] as const;
export type Colour = (typeof names)[number];
export type Palette = Readonly<Record<Colour, string>>;

let kept: Palette | undefined;
onColours(() => {
  kept = undefined;
});

/** The colours of the page as they are now, for what is drawn on a canvas. */
export function palette(): Palette {
  if (kept !== undefined) return kept;
  const style = getComputedStyle(document.documentElement);
  kept = Object.fromEntries(
    names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
  return kept;
}

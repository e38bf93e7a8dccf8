/** How much, as a bar as wide as its cell; what is little but not nothing is seen. `share` of the widest, 0 to 1. */
export function barSvg(share: number, kind: 'calm' | 'pressure' | 'loss' | 'unknown'): string {
  const width = Number((share <= 0 ? 0 : Math.max(0.6, 100 * Math.min(1, share))).toFixed(2));
  return `<svg class="bar" viewBox="0 0 100 10" width="100%" height="12" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind}" fill="${fallbackColours[kind]}" width="${width}" height="10"/></svg>`;
}

const fallbackColours = {
  calm: '#6f8dad',
  unknown: '#6f8dad',
  pressure: '#e6b450',
  loss: '#d9534a',
} as const;

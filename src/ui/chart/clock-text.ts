const pad = (value: number): string => String(value).padStart(2, '0');

/** "03:12:07", of the viewer's own clock, as all times of the console. */
export function clockText(ms: number, withSeconds = true): string {
  const date = new Date(ms);
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return withSeconds ? `${minutes}:${pad(date.getSeconds())}` : minutes;
}

/** "21 Nov" */
export function dayText(ms: number): string {
  const date = new Date(ms);
  return `${date.getDate()} ${months[date.getMonth()]}`;
}

/** "21 Nov, 03:12:07" */
export function momentText(ms: number): string {
  return `${dayText(ms)}, ${clockText(ms)}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const niceSeconds = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Whole seconds, minutes or hours within a stretch of time, as many as fit. */
export function tickSeconds(from: number, to: number, most: number): readonly number[] {
  const step = niceSeconds.find((seconds) => (to - from) / seconds <= most) ?? 86_400;
  const offset = new Date(from * 1000).getTimezoneOffset() * 60;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const ticks: number[] = [];
  for (let at = first; at < to; at += step) ticks.push(at);
  return ticks;
}

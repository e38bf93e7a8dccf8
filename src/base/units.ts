/** Text for quantities as people read them. All functions are pure and locale-independent. */

/** 1204 -> "1,204"; keeps up to `digits` decimals. */
export function formatCount(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return String(value);
  // By hand: loading the locale data for toLocaleString takes longer than a short command.
  const [whole = '', fraction = ''] = Math.abs(value).toFixed(digits).split('.');
  const decimals = fraction.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = decimals === '' ? grouped : `${grouped}.${decimals}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** 2412 -> "2.4 s", 80 -> "80 ms", 180000 -> "3.0 min". */
export function formatDurationMs(ms: number): string {
  if (ms < 1) return `${formatCount(ms, 2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} days`;
}

/** 0.713 -> "71 %"; values that are neither 0 nor 1 never print as "0 %" or "100 %". */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 100) return '>99 %';
  return `${Math.round(percent)} %`;
}

/** Events per second, with as many decimals as the size deserves: "640/s", "2.5/s". */
export function formatRate(perSecond: number): string {
  return `${formatCount(perSecond, perSecond < 10 ? 1 : 0)}/s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** "1 connection", "1,204 connections". */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`;
}

const durationUnitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads "500ms", "10s", "2m", "1h" (decimals allowed); undefined when it is none of these. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : durationUnitMs[match[2]];
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit);
}

const sizeUnitBytes: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** Reads "64MiB", "256MB", "1 GB" (decimals allowed); undefined when it is none of these. */
export function parseBytes(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const factor = sizeUnitBytes[unit.toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(number) * factor);
}

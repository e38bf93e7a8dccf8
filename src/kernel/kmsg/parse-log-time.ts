/**
 * When a line of a log file was written, milliseconds since 1970; undefined when it does not say so (an uptime such as
 * "[12345.678]" is no date). Times without a zone are this machine's local time. Syslog's "Nov 20 09:20:01" has no year: the
 * latest one is taken that is not after `nowMs` (a day of grace for clocks and zones that differ).
 */
export function parseLogTime(line: string, nowMs: number): number | undefined {
  return isoTime(line) ?? dmesgTime(line) ?? syslogTime(line, nowMs);
}

/** "2026-11-20T09:20:01.123+01:00", "2026-11-20 09:20:01", and `dmesg --time-format=iso`'s comma before the fraction. */
function isoTime(line: string): number | undefined {
  const match =
    /^\W{0,3}(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2}\b)?/.exec(
      line,
    );
  if (!match) return undefined;
  const [, date, time, fraction = '0', zone = ''] = match;
  const offset = zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  return validTime(Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`));
}

/** `dmesg -T`: "[Fri Nov 20 09:20:01 2026]". */
function dmesgTime(line: string): number | undefined {
  const match = /\[\w{3} (\w{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})\]/.exec(line);
  if (!match) return undefined;
  const [, month = '', day, hours, minutes, seconds, year] = match;
  return localTime(Number(year), month, [day, hours, minutes, seconds].map(Number));
}

/** RFC 3164, 4.1.2: "Nov 20 09:20:01", the day padded with a blank; "<6>" may stand before it. */
function syslogTime(line: string, nowMs: number): number | undefined {
  const match = /^(?:<\d+>)?(\w{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2})\b/.exec(line);
  if (!match) return undefined;
  const [, month = '', ...rest] = match;
  const thisYear = new Date(nowMs).getFullYear();
  // February 29 may be up to eight years back.
  for (let year = thisYear + 1; year > thisYear - 9; year--) {
    const time = localTime(year, month, rest.map(Number));
    if (time !== undefined && time <= nowMs + dayMs) return time;
  }
  return undefined;
}

const dayMs = 86_400_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function localTime(year: number, monthName: string, parts: readonly number[]): number | undefined {
  const [day = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  const month = months.indexOf(monthName);
  const date = new Date(year, month, day, hours, minutes, seconds);
  // Date turns February 30 into March: such a day did not exist in that year.
  return month >= 0 && date.getMonth() === month && date.getDate() === day
    ? validTime(date.getTime())
    : undefined;
}

function validTime(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}

import pino from 'pino';
import type { RecorderLog } from '../../../app/record/recorder-options.ts';
import { printableLine } from '../../../report/printable.ts';

/** Lines on stderr: for people, or JSON as log collectors take it. */
export function serviceLog(
  format: 'text' | 'json',
  write: (line: string) => void = (line) => process.stderr.write(line),
): RecorderLog {
  const logger = pino(
    { base: { name: 'halfopen', pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: format === 'json' ? write : (line) => write(textLine(line)) },
  );
  return {
    info: (message, facts = {}) => logger.info(facts, message),
    warn: (message, facts = {}) => logger.warn(facts, message),
    error: (message, facts = {}) => logger.error(facts, message),
  };
}

const levels: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ' };
const ownFields = new Set(['level', 'time', 'pid', 'name', 'msg', 'url', 'stack']);

/** "03:12:07 warning: not seen: ..." with what else is known behind it; a stack keeps its lines. */
function textLine(line: string): string {
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const time = new Date(String(entry.time)).toTimeString().slice(0, 8);
  const facts = Object.entries(entry)
    .filter(([name]) => !ownFields.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = [`${levels[Number(entry.level)] ?? ''}${String(entry.msg)}`, ...facts].join('  ');
  const stack =
    typeof entry.stack === 'string' ? entry.stack.split('\n').map((one) => `\n  ${printableLine(one)}`) : [];
  return `${time} ${printableLine(message)}${stack.join('')}\n`;
}

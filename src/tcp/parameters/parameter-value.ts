import type { Parameter, ParameterValue } from './parameter.ts';

/** What the kernel's parser takes for a number: strtoul() with base 0 behind an optional minus (proc_get_long()). */
const kernelNumber = /^-?(?:0[xX][\da-fA-F]+|\d+)$/;

/** A value as the kernel reads it: numbers decimal, octal (010) or hexadecimal (0x10), one behind the other. */
export function parameterValue(text: string, type: Parameter['type']): ParameterValue {
  const words = text.trim().split(/\s+/);
  const numbers: number[] = [];
  if (type !== 'text') {
    for (const word of words) {
      if (!kernelNumber.test(word)) break;
      numbers.push(readKernelNumber(word));
      if (type === 'number') break;
    }
  }
  return { text: text.trim(), numbers, number: numbers[0] ?? Number.NaN };
}

/** Whether two values as they are written are the same but for blanks: tabs of /proc, a list with two blanks. */
export function sameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
  return plain(a) === plain(b);
}

/** Whether they are the same to the kernel: 0x10 is 16. */
export function sameValue(a: ParameterValue, b: ParameterValue, type: Parameter['type']): boolean {
  if (type === 'text') return sameText(a.text, b.text);
  return a.numbers.length === b.numbers.length && a.numbers.every((number, at) => number === b.numbers[at]);
}

/** What of `text` lies behind the number the kernel reads: it is ignored. Empty where everything counts. */
export function ignoredRest(text: string, type: Parameter['type']): string {
  if (type !== 'number') return '';
  return text.trim().split(/\s+/).slice(1).join(' ');
}

/** "010" is 8 to the kernel. */
export function isOctal(text: string): boolean {
  return /^-?0[0-7]+(?:\s|$)/.test(text.trim());
}

function readKernelNumber(word: string): number {
  const digits = word.replace('-', '');
  const sign = word.startsWith('-') ? -1 : 1;
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}

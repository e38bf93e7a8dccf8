import { shellWord } from '../shell-word.ts';

/** Commands that show one connection of a file; `number` is tshark's tcp.stream. None for a stream that is gone. */
export function lookCloser(file: string, number: number): readonly string[] {
  if (file === '-') return [];
  // A name that begins with a dash would be read as an option.
  const name = shellWord(file.startsWith('-') ? `./${file}` : file);
  return [
    `halfopen capture analyze ${name} --ladder ${number}`,
    `tshark -r ${name} -Y tcp.stream==${number}`,
  ];
}

import type { LabRun } from '../../tcp/lab-run.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { type DoctorLine, doctorSaid } from './doctor-said.ts';

const signs: Readonly<Record<DoctorLine['kind'], string>> = { right: 'ok', wrong: 'x', neutral: '-' };

export function doctorLines(run: LabRun, { paint, columns }: TextContext): readonly string[] {
  return doctorSaid(run).flatMap(({ kind, words, ids }) => {
    const sign = signs[kind];
    const colour = kind === 'right' ? paint.green : kind === 'wrong' ? paint.red : paint.dim;
    const lines = hanging(`${sign.padEnd(2)}  `, `the doctor ${words}: ${ids.join(', ')}`, columns);
    return lines.map((line, i) => (i === 0 ? colour(sign) + line.slice(sign.length) : line));
  });
}

import { useState } from 'react';
import { formatCount } from '../../base/units.ts';
import { ScrollBox } from '../shell/scroll-box.tsx';
import type { ChartLine } from './chart.tsx';
import { clockText } from './clock-text.ts';
import { decimate } from './decimate.ts';
import type { Span } from './time-view.ts';

const mostRows = 30;

export interface ChartTableProps {
  readonly title: string;
  readonly unit: string;
  readonly startSecond: number;
  readonly stepSeconds: number;
  readonly shown: Span;
  readonly lines: readonly ChartLine[];
}

/** The numbers of a chart: the peak of each stretch, for screen readers and for copying. */
export function ChartTable(props: ChartTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="chart-numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Numbers <span className="unseen">of {props.title}</span>
      </summary>
      {open ? <Table {...props} /> : null}
    </details>
  );
}

function Table({ title, unit, startSecond, stepSeconds, shown, lines }: ChartTableProps) {
  const from = (shown.from - startSecond) / stepSeconds;
  const to = (shown.to - startSecond) / stepSeconds;
  const rows = Math.max(1, Math.min(mostRows, Math.ceil(to - from)));
  const columns = lines.map(({ values }) => decimate(values, from, to, rows).greatest);
  const each = (shown.to - shown.from) / rows;
  return (
    <ScrollBox label={`Numbers of ${title}`}>
      <table className="numbers">
        <caption className="unseen">{`${title}: the peak of each stretch, in ${unit}`}</caption>
        <thead>
          <tr>
            <th scope="col">from</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => shown.from + row * each).map((second, row) => (
            <tr key={second}>
              <th scope="row">{clockText(second * 1000)}</th>
              {columns.map((column, at) => (
                <td key={lines[at]?.label} className="number">
                  {(column[row] ?? -1) < 0 ? '–' : formatCount(column[row] ?? 0, 1)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import '../style/chart.css';
import { onColours } from '../shell/theme.ts';
import { ChartTable } from './chart-table.tsx';
import { clockText, momentText } from './clock-text.ts';
import { drawnColumns } from './drawn-columns.ts';
import { type Colour, palette } from './palette.ts';
import type { Span } from './time-view.ts';

export interface ChartLine {
  readonly label: string;
  readonly colour: Colour;
  /** -1: nobody looked. */
  readonly values: ArrayLike<number>;
  /** area: filled to the line below it (stacked) or to the floor. */
  readonly draw: 'line' | 'area' | 'dashes' | 'bars';
  /** Share of the colour, for areas that lie on one another. */
  readonly strength?: number;
}

export interface ChartMark extends Span {
  readonly severity: 'critical' | 'warning' | 'info';
  /** The moment that matters, in seconds. */
  readonly moment?: number;
}

export interface ChartProps {
  readonly title: string;
  /** What stands beside the title, "peak 129 of 128". */
  readonly note?: string;
  readonly unit: string;
  readonly startSecond: number;
  readonly stepSeconds: number;
  readonly shown: Span;
  readonly lines: readonly ChartLine[];
  readonly marks?: readonly ChartMark[];
  readonly stacked?: boolean;
  readonly height?: number;
  /** A drag over the chart has chosen this stretch. */
  readonly onChoose?: (span: Span | null) => void;
}

/** A picture over time, with its numbers in a table behind it. Charts of a page share their cursor. */
export function Chart(props: ChartProps) {
  const { title, note, unit, height = 150 } = props;
  return (
    <figure className="chart">
      <figcaption>
        <b>{title}</b>
        <Legend lines={props.lines} />
        <span className="chart-note">{note ?? ''}</span>
      </figcaption>
      <Plot {...props} height={height} />
      <ChartTable {...props} unit={unit} />
    </figure>
  );
}

function Legend({ lines }: Pick<ChartProps, 'lines'>) {
  if (lines.length < 2) return null;
  return (
    <ul className="legend">
      {lines.map(({ label, colour, draw, strength = 1 }) => (
        <li key={label}>
          <i className={`swatch ${draw} ${colour}`} style={{ opacity: strength }} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Plot(props: ChartProps & { readonly height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<{ readonly draw: (props: ChartProps) => void; readonly end: () => void }>(undefined);
  const shape = props.lines.map(({ label, colour, draw }) => `${label} ${colour} ${draw}`).join('|');
  const latest = useRef(props);
  latest.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart of other lines is another chart
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const begin = (): void => {
      plot.current?.end();
      plot.current = startPlot(box, latest);
      plot.current.draw(latest.current);
    };
    begin();
    const resized = new ResizeObserver(() => plot.current?.draw(latest.current));
    resized.observe(box);
    const endColours = onColours(() => setTimeout(begin));
    return () => {
      resized.disconnect();
      endColours();
      plot.current?.end();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.draw(props));
  const { from, to } = props.shown;
  return (
    <div
      ref={place}
      className="plot"
      role="img"
      aria-label={`${props.title}, ${momentText(from * 1000)} to ${momentText(to * 1000)}; the numbers are in the table below`}
    />
  );
}

function startPlot(
  box: HTMLDivElement,
  latest: { readonly current: ChartProps & { readonly height: number } },
) {
  const { lines, height } = latest.current;
  const colours = palette();
  const colourOf = (name: Colour, strength: number): string =>
    strength >= 1
      ? colours[name]
      : `color-mix(in srgb, ${colours[name]} ${Math.round(strength * 100)}%, ${colours.page})`;
  const axis = {
    stroke: colours.soft,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const plot = new uPlot(
    {
      width: Math.max(50, box.clientWidth),
      height,
      legend: { show: false },
      padding: [6, 0, 0, 0],
      cursor: {
        sync: { key: 'time' },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        y: false,
      },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] } },
      axes: [
        {
          ...axis,
          space: 70,
          values: (_, ticks, __, ___, step) => ticks.map((at) => tickText(at, step)),
          size: 26,
          gap: 5,
        },
        { ...axis, size: 52, gap: 4, space: 34, values: (_, ticks) => ticks.map(shortNumber) },
      ],
      series: [
        {},
        ...lines.map(({ label, colour, draw, strength = 1 }) => ({
          label,
          stroke: colourOf(
            draw === 'area' && colour === 'calm' ? 'edge' : colour,
            draw === 'area' ? Math.min(1, strength + 0.25) : 1,
          ),
          width: draw === 'bars' ? 0 : 1,
          points: { show: false },
          spanGaps: false,
          ...(draw === 'dashes' ? { dash: [4, 3] } : {}),
          ...(draw === 'area' || draw === 'bars' ? { fill: colourOf(colour, strength) } : {}),
          ...(draw === 'bars' && uPlot.paths.bars !== undefined
            ? { paths: uPlot.paths.bars({ size: [0.9, 40, 1.5], align: 1 }) }
            : {}),
          ...(draw === 'bars' || uPlot.paths.stepped === undefined
            ? {}
            : { paths: uPlot.paths.stepped({ align: 1 }) }),
        })),
      ],
      hooks: {
        drawClear: [(self) => paintMarks(self, latest.current.marks ?? [])],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width > 4) {
              latest.current.onChoose?.({
                from: self.posToVal(left, 'x'),
                to: self.posToVal(left + width, 'x'),
              });
            }
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    [[], ...lines.map(() => [])],
    box,
  );
  plot.over.addEventListener('dblclick', () => latest.current.onChoose?.(null));
  return {
    draw: (props: ChartProps): void => {
      const width = Math.max(50, box.clientWidth);
      if (width !== plot.width) plot.setSize({ width, height });
      plot.batch(() => {
        plot.setData(drawnColumns(props, width), false);
        plot.setScale('x', { min: props.shown.from, max: props.shown.to });
      });
    },
    end: () => plot.destroy(),
  };
}

/** What went on meanwhile as a pale band, the moment that matters as a line. */
function paintMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const colours = palette();
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { from, to, severity, moment } of marks) {
    ctx.fillStyle =
      severity === 'critical' ? colours.loss : severity === 'warning' ? colours.pressure : colours.soft;
    const left = plot.valToPos(from, 'x', true);
    ctx.globalAlpha = 0.09;
    ctx.fillRect(left, bbox.top, Math.max(2, plot.valToPos(to, 'x', true) - left), bbox.height);
    ctx.globalAlpha = 0.9;
    if (moment !== undefined)
      ctx.fillRect(Math.round(plot.valToPos(moment, 'x', true)), bbox.top, 2, bbox.height);
  }
  ctx.restore();
}

/** Tenths only where the ticks are that close. */
function tickText(second: number, step: number): string {
  const tenths = step < 1 ? `.${Math.floor((second % 1) * 10)}` : '';
  return `${clockText(second * 1000, step < 60)}${tenths}`;
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toFixed(1))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toFixed(1))}k`;
  return String(Number(value.toFixed(2)));
}

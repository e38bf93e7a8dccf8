import { decimate } from '../chart/decimate.ts';
import type { Palette } from '../chart/palette.ts';
import { peakOf, type Rows } from '../chart/rows.ts';
import type { Sheet } from '../chart/sharp-canvas.ts';
import type { Span } from '../chart/time-view.ts';

/** Below the queue, where drops are marked. */
const floorHeight = 9;

export interface LanePicture {
  readonly rows: Rows;
  readonly shown: Span;
  /** The second that the pointer is at. */
  readonly hover: number | null;
}

/** Queue fill as an area under the line of its limit, drops as ticks on the floor, hatched where nobody looked. */
export function paintLane(
  { context, width, height }: Sheet,
  { rows, shown, hover }: LanePicture,
  colours: Palette,
): void {
  const pixels = Math.max(1, Math.round(width));
  const from = (shown.from - rows.startSecond) / rows.stepSeconds;
  const to = (shown.to - rows.startSecond) / rows.stepSeconds;
  const queue = decimate(rows.column('queueMax'), from, to, pixels).greatest;
  const limits = decimate(rows.column('limit'), from, to, pixels).greatest;
  const drops = decimate(rows.column('drops'), from, to, pixels).sum;
  const floor = height - floorHeight;
  const top = Math.max(4, peakOf(limits) * 1.25, peakOf(queue) * 1.1);
  const y = (value: number): number => floor * (1 - value / top);

  paintUnseen(context, queue, floor, colours);
  paintArea(context, queue, limits, y, floor, colours);
  paintLimit(context, limits, y, colours);
  context.fillStyle = colours.line;
  context.fillRect(0, floor, width, 1);
  paintDrops(context, drops, floor, height, colours);
  if (hover !== null) {
    context.fillStyle = colours.soft;
    context.fillRect(
      Math.round(((hover + 0.5 - shown.from) / (shown.to - shown.from)) * width),
      0,
      1,
      height,
    );
  }
}

type Fill = 'calm' | 'pressure-fill' | 'loss-fill';

/** Above the limit every new connection is dropped; above half of it a burst can fill the rest. */
function fillOf(length: number, limit: number): Fill {
  if (limit < 0 || length === 0) return 'calm';
  if (length > limit) return 'loss-fill';
  return length > limit / 2 ? 'pressure-fill' : 'calm';
}

function paintArea(
  context: CanvasRenderingContext2D,
  queue: Float64Array,
  limits: Float64Array,
  y: (value: number) => number,
  floor: number,
  colours: Palette,
): void {
  for (let x = 0; x < queue.length; ) {
    const fill = fillOf(queue[x] ?? -1, limits[x] ?? -1);
    const begin = x;
    context.beginPath();
    for (; x < queue.length && fillOf(queue[x] ?? -1, limits[x] ?? -1) === fill; x++) {
      const value = queue[x] ?? -1;
      // What waited at all shows: a connection in a queue of thousands is less than a pixel.
      if (value > 0)
        context.rect(x, Math.min(y(value), floor - 1.5), 1, floor - Math.min(y(value), floor - 1.5));
    }
    context.fillStyle = colours[fill];
    context.fill();
    if (x === begin) x++;
  }
  context.beginPath();
  let pen = false;
  for (let x = 0; x < queue.length; x++) {
    const value = queue[x] ?? -1;
    if (value < 0) {
      pen = false;
      continue;
    }
    const at = value === 0 ? floor : Math.min(y(value), floor - 1.5);
    if (pen) context.lineTo(x, at);
    else context.moveTo(x, at);
    context.lineTo(x + 1, at);
    pen = true;
  }
  context.strokeStyle = colours.edge;
  context.lineWidth = 1;
  context.stroke();
}

function paintLimit(
  context: CanvasRenderingContext2D,
  limits: Float64Array,
  y: (value: number) => number,
  colours: Palette,
): void {
  context.beginPath();
  let pen = false;
  for (let x = 0; x < limits.length; x++) {
    const value = limits[x] ?? -1;
    if (value < 0) {
      pen = false;
      continue;
    }
    const at = Math.round(y(value)) + 0.5;
    if (pen) context.lineTo(x + 1, at);
    else context.moveTo(x, at);
    pen = true;
  }
  context.strokeStyle = colours.limit;
  context.globalAlpha = 0.55;
  context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function paintDrops(
  context: CanvasRenderingContext2D,
  drops: Float64Array,
  floor: number,
  height: number,
  colours: Palette,
): void {
  context.fillStyle = colours.loss;
  // One tick of two pixels for what falls on them.
  for (let x = 0; x < drops.length; x += 2) {
    if ((drops[x] ?? 0) + (drops[x + 1] ?? 0) > 0) context.fillRect(x, floor + 2, 2, height - floor - 2);
  }
}

/** Where nobody looked is neither empty nor full. */
function paintUnseen(
  context: CanvasRenderingContext2D,
  queue: Float64Array,
  floor: number,
  colours: Palette,
): void {
  for (let x = 0; x < queue.length; x++) {
    const begin = x;
    while (x < queue.length && (queue[x] ?? -1) < 0) x++;
    if (x - begin < 2) continue;
    context.save();
    context.beginPath();
    context.rect(begin, 0, x - begin, floor);
    context.clip();
    context.globalAlpha = 0.5;
    context.fillStyle = colours.grid;
    context.fillRect(begin, 0, x - begin, floor);
    context.beginPath();
    for (let at = begin - floor; at < x; at += 8) {
      context.moveTo(at, floor);
      context.lineTo(at + floor, 0);
    }
    context.strokeStyle = colours.line;
    context.lineWidth = 2;
    context.stroke();
    context.restore();
  }
}

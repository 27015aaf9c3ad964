/** Charts as inline SVG: they need no script and no network, and print as they look. */

export interface Frame {
  width: number;
  height: number;
  x: [number, number];
  y: [number, number];
  xTicks: readonly number[];
  yTicks: readonly number[];
  xText(value: number): string;
  yText(value: number): string;
  xLabel: string;
  yLabel: string;
  /** What a screen reader says. */
  title: string;
}

export interface Plot {
  px(x: number): number;
  py(y: number): number;
}

const MARGIN = { left: 62, right: 12, top: 10, bottom: 40 };

/** Axes, grid and what `draw` adds. */
export function chart(frame: Frame, draw: (plot: Plot) => string): string {
  const { width, height } = frame;
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const plot: Plot = {
    px: (x) => round(MARGIN.left + ((x - frame.x[0]) / (frame.x[1] - frame.x[0])) * inner.width),
    py: (y) => round(MARGIN.top + (1 - (y - frame.y[0]) / (frame.y[1] - frame.y[0])) * inner.height),
  };
  const { px, py } = plot;
  const left = MARGIN.left;
  const bottom = MARGIN.top + inner.height;
  const rows = frame.yTicks.map(
    (y) =>
      `<line class="grid" x1="${left}" x2="${width - MARGIN.right}" y1="${py(y)}" y2="${py(y)}"/>` +
      `<text class="tick" x="${left - 8}" y="${py(y) + 4}" text-anchor="end">${escaped(frame.yText(y))}</text>`,
  );
  const columns = frame.xTicks.map(
    (x) => `<text class="tick" x="${px(x)}" y="${bottom + 17}" text-anchor="middle">${escaped(frame.xText(x))}</text>`,
  );
  const labels =
    `<text class="axis" x="${left + inner.width / 2}" y="${height - 5}" text-anchor="middle">${escaped(frame.xLabel)}</text>` +
    `<text class="axis" transform="translate(12 ${MARGIN.top + inner.height / 2}) rotate(-90)" text-anchor="middle">${escaped(frame.yLabel)}</text>`;
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(frame.title)}">` +
    `${rows.join('')}${columns.join('')}${labels}${draw(plot)}</svg>`
  );
}

export function line(plot: Plot, points: readonly (readonly [number, number])[], className: string): string {
  return `<polyline class="${className}" points="${points.map(([x, y]) => `${plot.px(x)},${plot.py(y)}`).join(' ')}"/>`;
}

/** What lies between two lines. */
export function area(
  plot: Plot,
  low: readonly (readonly [number, number])[],
  high: readonly (readonly [number, number])[],
  className: string,
): string {
  const outline = [...high, ...low.toReversed()].map(([x, y]) => `${plot.px(x)},${plot.py(y)}`);
  return `<polygon class="${className}" points="${outline.join(' ')}"/>`;
}

export function dot(plot: Plot, x: number, y: number, className: string, title: string, radius = 4): string {
  return `<circle class="${className}" cx="${plot.px(x)}" cy="${plot.py(y)}" r="${radius}"><title>${escaped(title)}</title></circle>`;
}

export function bar(plot: Plot, x: number, low: number, high: number, className: string): string {
  return `<line class="${className}" x1="${plot.px(x)}" x2="${plot.px(x)}" y1="${plot.py(low)}" y2="${plot.py(high)}"/>`;
}

/** Some four round numbers between 0 and a highest value. */
export function ticks(highest: number): number[] {
  const raw = highest / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= raw)!;
  const values: number[] = [];
  for (let value = 0; value <= highest * 1.0001; value += step) values.push(Number(value.toPrecision(6)));
  return values;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

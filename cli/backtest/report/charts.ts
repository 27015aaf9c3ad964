import type { HorizonEvidence } from '../../../core/backtest/judge.ts';
import { OURS } from '../../../core/backtest/judge.ts';
import { NAMES } from '../../../core/backtest/verdict.ts';
import type { Metrics } from '../run.ts';
import { bar, chart, dot, line, ticks } from './svg.ts';
import { days, number, percent, signed } from './words.ts';

/** Said against happened, by tenths of the users. On the diagonal, every probability meant what it said. */
export function reliability({ horizon, tenths }: HorizonEvidence): string {
  const top = Math.min(1, Math.max(...tenths.flatMap(({ said, high }) => [said, high])) * 1.05);
  const marks = ticks(top);
  const frame = {
    width: 340,
    height: 280,
    x: [0, top] as [number, number],
    y: [0, top] as [number, number],
    xTicks: marks,
    yTicks: marks,
    xText: (value: number) => percent(value, top < 0.1 ? 1 : 0),
    yText: (value: number) => percent(value, top < 0.1 ? 1 : 0),
    xLabel: 'said',
    yLabel: 'happened',
    title: `Calibration at ${days(horizon)}: what was said against what happened, by tenths of the users`,
  };
  return chart(frame, (plot) => {
    const diagonal = line(
      plot,
      [
        [0, 0],
        [top, top],
      ],
      'ideal',
    );
    const groups = tenths.map(({ said, happened, low, high, n }) => {
      const words = `said ${percent(said, 1)}, happened ${percent(happened, 1)} (${percent(low, 1)} to ${percent(high, 1)}), ${number(n)} users`;
      return bar(plot, said, low, high, 'spread') + dot(plot, said, happened, 'ours-dot', words);
    });
    return diagonal + groups.join('');
  });
}

/** Share of all buyers reached when writing to the most likely x %. */
export function gains({ gains: curves, horizon }: HorizonEvidence): string {
  const fifths = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const frame = {
    width: 520,
    height: 320,
    x: [0, 1] as [number, number],
    y: [0, 1] as [number, number],
    xTicks: fifths,
    yTicks: fifths,
    xText: (value: number) => percent(value, 0),
    yText: (value: number) => percent(value, 0),
    xLabel: 'of the users, most likely first',
    yLabel: 'of the buyers reached',
    title: `Share of the buyers of the next ${days(horizon)} among the most likely users`,
  };
  return chart(frame, (plot) => {
    const chance = line(
      plot,
      [
        [0, 0],
        [1, 1],
      ],
      'ideal',
    );
    const models = Object.keys(curves).sort((a, b) => Number(a === OURS) - Number(b === OURS));
    const drawn = models.map((model) =>
      line(
        plot,
        curves[model]!.map((share, step) => [step / 50, share] as const),
        `curve ${model}`,
      ),
    );
    return chance + drawn.join('');
  });
}

export function survival({ survival: { days: longest, said, happened } }: Metrics): string {
  const least = Math.min(...said, ...happened);
  const floor = Math.max(0, Math.floor((least - 0.02) * 10) / 10);
  const yTicks = Array.from({ length: 6 }, (_, i) => floor + ((1 - floor) * i) / 5);
  const frame = {
    width: 520,
    height: 320,
    x: [0, longest] as [number, number],
    y: [floor, 1] as [number, number],
    xTicks: [0, 1, 3, 7, 14, 21, 30].filter((day) => day <= longest),
    yTicks,
    xText: String,
    yText: (value: number) => percent(value, 0),
    xLabel: 'days after the origin',
    yLabel: 'not yet bought',
    title: 'Share of the users who have not bought yet, said and happened',
  };
  const points = (values: number[]) => values.map((value, day) => [day, value] as const);
  return chart(frame, (plot) => {
    const dots = happened.map((value, day) =>
      dot(
        plot,
        day,
        value,
        'actual-dot',
        `day ${day}: happened ${percent(value, 1)}, said ${percent(said[day]!, 1)}`,
        3,
      ),
    );
    return line(plot, points(happened), 'curve actual') + line(plot, points(said), 'curve buy-timing') + dots.join('');
  });
}

/** Differences in log-loss with their 95 % intervals: left of the middle, Buy Timing is better. */
export function differences({ paired }: Metrics): string {
  const rows = paired.filter(({ measure }) => measure === 'logLoss');
  if (rows.length === 0) return '';
  const models = [...new Set(rows.map(({ against }) => against))];
  const widest = Math.max(...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.08;
  const [left, width, row] = [150, 760, 21];
  const x = (value: number) => Math.round(left + ((value + widest) / (2 * widest)) * (width - left - 20));
  let y = 30;
  const parts = models.map((model) => {
    const own = rows.filter(({ against }) => against === model);
    const title = `<text class="group" x="0" y="${y + 4}">against ${NAMES[model] ?? model}</text>`;
    y += row;
    const lines = own.map(({ horizon, difference, low, high }) => {
      const kind = high < 0 ? 'better' : low > 0 ? 'worse' : 'level';
      const name = horizon === 'mean' ? 'mean of all' : days(horizon);
      const words = `${name}: ${signed(difference)} (${signed(low)} to ${signed(high)})`;
      const drawn =
        `<g class="${kind}"><title>${words}</title><text class="tick" x="${left - 12}" y="${y + 4}" text-anchor="end">${name}</text>` +
        `<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/><circle cx="${x(difference)}" cy="${y}" r="4.5"/></g>`;
      y += row;
      return drawn;
    });
    y += 8;
    return title + lines.join('');
  });
  const heads =
    `<text class="axis" x="${x(-widest / 2)}" y="12" text-anchor="middle">← Buy Timing better</text>` +
    `<text class="axis" x="${x(widest / 2)}" y="12" text-anchor="middle">baseline better →</text>` +
    `<line class="middle" x1="${x(0)}" x2="${x(0)}" y1="20" y2="${y}"/>`;
  return `<div class="scroll"><svg class="forest" viewBox="0 0 ${width} ${y + 6}" role="img" aria-label="Differences in log-loss with 95 % intervals">${heads}${parts.join('')}</svg></div>`;
}

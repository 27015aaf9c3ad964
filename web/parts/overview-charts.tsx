/** The two charts of Today. */
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { addDays, daysBetween } from '../../core/time.ts';
import type { OverviewReply } from '../../functions/overview/contract.ts';
import { count, fullDay, percent, plural, shortDay, weekDay } from '../format.ts';
import { Chart } from './chart.tsx';
import { axes, markAt, type Palette } from './palette.ts';

const whole = { range: (_: uPlot, __: number, max: number): [number, number] => [0, Math.max(4, max * 1.08)] };
const wholeTicks = (_: uPlot, splits: number[]) => splits.map((split) => (Number.isInteger(split) ? count(split) : ''));

/** Users by expected day, one bar a day. */
export function ExpectedChart({ overview }: { overview: OverviewReply }) {
  const { day, expected } = overview;
  const data = useMemo((): uPlot.AlignedData => {
    const last = Math.max(14, ...expected.map(({ date }) => daysBetween(day, date)));
    const users = new Map(expected.map((each) => [each.date, each.count]));
    const offsets = Array.from({ length: last + 1 }, (_, offset) => offset);
    return [offsets, offsets.map((offset) => users.get(addDays(day, offset)) ?? 0)];
  }, [day, expected]);
  const dateAt = (offset: number) => addDays(day, offset);
  const at = (index: number) => data[1]?.[index] ?? 0;
  const peak = [...expected].sort((a, b) => b.count - a.count)[0];
  return (
    <Chart
      label={
        peak
          ? `Users by expected day of their next purchase. Most on ${fullDay(peak.date)}: ${plural(peak.count, 'user')}.`
          : 'Users by expected day of their next purchase: none yet.'
      }
      data={data}
      options={(palette) => ({
        cursor: { points: { show: false } },
        scales: { x: { time: false, range: (_, min, max) => [min - 0.6, max + 0.6] }, y: whole },
        axes: axes(
          palette,
          {
            values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? shortDay(dateAt(split)) : '')),
            space: 70,
          },
          { values: wholeTicks },
        ),
        series: [{}, bars(() => palette.chart, palette)],
      })}
      readout={(index) => ({ title: weekDay(dateAt(index)), text: plural(at(index), 'user') })}
      table={{
        head: ['Day', 'Users'],
        rows: expected.map(({ date, count: users }) => [fullDay(date), count(users)]),
      }}
    />
  );
}

/** Users by P(purchase within 7 days), those at or above the shop's usual rate set apart by colour. */
export function ProbabilityChart({ overview }: { overview: OverviewReply }) {
  const { distribution, theta } = overview;
  const shown = useMemo(() => upToLast(distribution), [distribution]);
  const data = useMemo(
    (): uPlot.AlignedData => [shown.map(({ from, to }) => (from + to) / 2), shown.map((bin) => bin.count)],
    [shown],
  );
  const range = (index: number) => `${percent(shown[index]?.from ?? 0)} – ${percent(shown[index]?.to ?? 0)}`;
  const above = distribution.filter(({ from }) => from >= theta).reduce((sum, bin) => sum + bin.count, 0);
  return (
    <Chart
      label={`Users by probability of buying within 7 days. About ${plural(above, 'user')} at or above the usual rate of ${percent(theta)}.`}
      data={data}
      options={(palette) => ({
        cursor: { points: { show: false } },
        scales: { x: { time: false, range: [0, shown.at(-1)?.to ?? 1] }, y: whole },
        axes: axes(
          palette,
          { values: (_, splits) => splits.map((split) => percent(split)), space: 60 },
          { values: wholeTicks },
        ),
        series: [{}, bars((index) => ((data[0][index] ?? 0) >= theta ? palette.soon : palette.unlikely), palette)],
        hooks: { draw: [markAt(palette, theta, 'usual rate')] },
      })}
      readout={(index) => ({ title: range(index), text: plural(shown[index]?.count ?? 0, 'user') })}
      table={{
        head: ['Probability within 7 days', 'Users'],
        rows: shown.map((bin, index) => [range(index), count(bin.count)]),
      }}
    />
  );
}

/** Leaves out the empty bins at the high end, but never shows less than half of the range. */
function upToLast(bins: OverviewReply['distribution']): OverviewReply['distribution'] {
  const last = bins.findLastIndex((bin) => bin.count > 0);
  return bins.slice(0, Math.max(last + 2, Math.ceil(bins.length / 2)));
}

function bars(fill: (index: number) => string, palette: Palette): uPlot.Series {
  return {
    stroke: palette.chart,
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars?.({
      size: [0.78, 48],
      radius: 0.12,
      disp: {
        fill: { unit: 3, values: (chart) => Array.from(chart.data[0], (_, index) => fill(index)) },
      },
    }),
  };
}

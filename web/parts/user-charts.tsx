/** The two curves of a user: what becomes of the probability with time given, and with time passed in silence. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { addDays } from '../../core/time.ts';
import type { TimingCurves, TimingReply } from '../../functions/timing/contract.ts';
import { fullDay, percent, plural, shortDay, weekDay } from '../format.ts';
import { Chart } from './chart.tsx';
import { axes, type Palette } from './palette.ts';

const percentAxis: uPlot.Axis = { values: (_, splits) => splits.map((split) => percent(split)), space: 36, size: 50 };

/** From zero to a little above the highest value; never wider than 0 to 1. */
const fromZero: uPlot.Scale = { range: (_, __, max) => [0, Math.min(1, Math.max(0.02, max * 1.12))] };

/** P(purchase within 1 … 30 days). */
export function WithinChart({ timing, within }: { timing: TimingReply; within: TimingCurves['within'] }) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      [0, ...within.map((_, index) => index + 1)],
      [0, ...within],
    ],
    [within],
  );
  const at = (index: number) => data[1]?.[index] ?? 0;
  return (
    <Chart
      label={`Probability of a purchase within 1 to 30 days of ${fullDay(timing.day)}: ${percent(at(7))} within 7 days, ${percent(at(30))} within 30 days.`}
      data={data}
      options={(palette) => ({
        scales: { x: { time: false, range: [0, 30] }, y: fromZero },
        axes: axes(
          palette,
          { values: (_, splits) => splits.map((split) => (split === 0 ? '' : `${split} d`)) },
          percentAxis,
        ),
        series: [{}, { stroke: palette.chart, width: 2.5, fill: palette['chart-fill'], points: { show: false } }],
      })}
      readout={(index) => ({
        title: percent(at(index)),
        text: `by ${weekDay(addDays(timing.day, index))}, ${plural(index, 'day')}`,
      })}
      table={{
        head: ['Within', 'Probability'],
        rows: within.map((value, index) => [plural(index + 1, 'day'), percent(value)]),
      }}
    />
  );
}

const SILENCE_LINES = [
  { horizon: '30d', name: '30 days', dash: [2, 4] },
  { horizon: '7d', name: '7 days', dash: [] },
  { horizon: '3d', name: '3 days', dash: [8, 5] },
] as const;

/** What the score becomes while the user does nothing. */
export function SilenceChart({ silence }: { silence: TimingCurves['silence'] }) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      silence.map((_, index) => index),
      ...SILENCE_LINES.map(({ horizon }) => silence.map(({ probability }) => probability[horizon])),
    ],
    [silence],
  );
  const first = silence[0];
  const last = silence.at(-1);
  if (!first || !last) return <p class="muted">The forecast ends on this day; the next run makes a new one.</p>;
  const dayAt = (index: number) => silence[index]?.day ?? first.day;
  return (
    <Chart
      label={`Score on the days to come if the user does nothing: probability within 7 days goes from ${percent(first.probability['7d'])} to ${percent(last.probability['7d'])} on ${fullDay(last.day)}.`}
      data={data}
      options={(palette) => ({
        scales: { x: { time: false, range: [0, Math.max(1, silence.length - 1)] }, y: fromZero },
        padding: [4, 58, 0, 0],
        axes: axes(
          palette,
          {
            values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? shortDay(dayAt(split)) : '')),
            space: 70,
          },
          percentAxis,
        ),
        series: [
          {},
          ...SILENCE_LINES.map(({ dash, horizon }) => ({
            stroke: palette.chart,
            width: horizon === '7d' ? 2.5 : 1.5,
            dash: [...dash],
            points: { show: false },
          })),
        ],
        hooks: { draw: [nameLines(palette)] },
      })}
      readout={(index) => ({
        title: weekDay(dayAt(index)),
        text: SILENCE_LINES.map(
          ({ name, horizon }) => `${name} ${percent(silence[index]?.probability[horizon] ?? 0)}`,
        ).join(' · '),
      })}
      table={{
        head: ['Silent until', ...SILENCE_LINES.map(({ name }) => `within ${name}`)],
        rows: silence.map(({ day, probability }) => [
          fullDay(day),
          ...SILENCE_LINES.map(({ horizon }) => percent(probability[horizon])),
        ]),
      }}
    />
  );
}

/** Writes each line's name at its end, moved apart where lines end close together. */
function nameLines(palette: Palette): (chart: uPlot) => void {
  return (chart) => {
    const { ctx, bbox } = chart;
    const line = 15 * devicePixelRatio;
    ctx.save();
    ctx.font = palette.font.replace('12px', `${12 * devicePixelRatio}px`);
    ctx.fillStyle = palette.ink;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    let lowest = bbox.top + bbox.height - line / 2;
    const ends = SILENCE_LINES.map(({ name }, index) => ({
      name,
      y: chart.valToPos(chart.data[index + 1]?.at(-1) ?? 0, 'y', true),
    })).sort((a, b) => b.y - a.y);
    for (const { name, y } of ends) {
      const at = Math.min(y, lowest);
      ctx.fillText(name, bbox.left + bbox.width + 8 * devicePixelRatio, at);
      lowest = at - line;
    }
    ctx.restore();
  };
}

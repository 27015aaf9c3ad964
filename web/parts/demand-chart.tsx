/** Expected buyers a day as a line, on the intervals of 80 and 95 %. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { Reply } from '../../client/index.ts';
import { amount, fullDay, shortDay, weekDay } from '../format.ts';
import { Chart } from './chart.tsx';
import { axes } from './palette.ts';

type DemandPoint = Reply<'GET /v1/demand'>['series'][number];

export function DemandChart({ points, name }: { points: DemandPoint[]; name: string }) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      points.map((_, index) => index),
      points.map(({ high95 }) => high95),
      points.map(({ low95 }) => low95),
      points.map(({ high80 }) => high80),
      points.map(({ low80 }) => low80),
      points.map(({ expected }) => expected),
    ],
    [points],
  );
  const peak = [...points].sort((a, b) => b.expected - a.expected)[0];
  const range = (low: number, high: number) => `${amount(low)} – ${amount(high)}`;
  const hidden = { width: 0, points: { show: false } };
  return (
    <Chart
      label={`Expected buyers by day, ${name}.${peak ? ` Most on ${fullDay(peak.day)}: ${amount(peak.expected)}.` : ''}`}
      data={data}
      height={260}
      options={(palette) => ({
        scales: {
          x: { time: false, range: [0, Math.max(1, points.length - 1)] },
          y: { range: (_, __, max) => [0, Math.max(1, max * 1.06)] },
        },
        axes: axes(
          palette,
          {
            values: (_, splits) =>
              splits.map((split) => (Number.isInteger(split) && points[split] ? shortDay(points[split].day) : '')),
            space: 70,
          },
          { values: (_, splits) => splits.map((split) => (split % 1 === 0 ? String(split) : split.toFixed(1))) },
        ),
        series: [{}, hidden, hidden, hidden, hidden, { stroke: palette.chart, width: 2.5, points: { show: false } }],
        bands: [
          { series: [1, 2], fill: palette['chart-fill'] },
          { series: [3, 4], fill: palette['chart-fill'] },
        ],
      })}
      readout={(index) => {
        const point = points[index];
        if (!point) return { title: '', text: '' };
        return {
          title: `${amount(point.expected)} buyers`,
          text: `${weekDay(point.day)}, 80 %: ${range(point.low80, point.high80)}`,
        };
      }}
      table={{
        head: ['Day', 'Expected buyers', '80 % interval', '95 % interval'],
        rows: points.map(({ day, expected, low80, high80, low95, high95 }) => [
          weekDay(day),
          amount(expected),
          range(low80, high80),
          range(low95, high95),
        ]),
      }}
    />
  );
}

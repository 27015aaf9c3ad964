/** How many users an audience had, day by day. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { AudienceCount } from '../../client/index.ts';
import { daysBetween } from '../../core/time.ts';
import { count, fullDay, plural, shortDay } from '../format.ts';
import { Chart } from './chart.tsx';
import { axes } from './palette.ts';

export function HistoryChart({ history }: { history: AudienceCount[] }) {
  const first = history[0]?.day ?? '1970-01-01';
  const data = useMemo(
    (): uPlot.AlignedData => [
      history.map(({ day }) => daysBetween(first, day)),
      history.map((each) => each.count + each.heldOut),
    ],
    [history],
  );
  const last = history.at(-1);
  return (
    <Chart
      label={`Users of the audience by day, ${plural(last ? last.count + last.heldOut : 0, 'user')} on the last.`}
      data={data}
      height={150}
      options={(palette) => ({
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(4, max * 1.15)] } },
        axes: axes(
          palette,
          { values: (_, splits) => splits.map((at) => dayNear(history, first, at)), space: 80 },
          { values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? count(split) : '')), space: 40 },
        ),
        series: [{}, { stroke: palette.chart, width: 2.5, fill: palette['chart-fill'], points: { size: 5 } }],
      })}
      readout={(index) => ({
        title: fullDay(history[index]?.day ?? first),
        text: plural((history[index]?.count ?? 0) + (history[index]?.heldOut ?? 0), 'user'),
      })}
      table={{
        head: ['Day', 'Users', 'Held out'],
        rows: history.map((each) => [fullDay(each.day), count(each.count), count(each.heldOut)]),
      }}
    />
  );
}

function dayNear(history: AudienceCount[], first: string, at: number): string {
  const found = history.find(({ day }) => daysBetween(first, day) === at);
  return found ? shortDay(found.day) : '';
}

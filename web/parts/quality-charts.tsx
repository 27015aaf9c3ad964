/** Forecast against outcome: by probability, and by run. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { Reply } from '../../client/index.ts';
import { daysBetween } from '../../core/time.ts';
import { amount, count, fullDay, percent, plural, shortDay } from '../format.ts';
import { Chart } from './chart.tsx';
import { axes, type Palette } from './palette.ts';

type Live = NonNullable<Reply<'GET /v1/quality'>['live']>;
type LiveHorizon = Live['horizons'][number];
type LiveRun = Live['runs'][number];

const percentValues: uPlot.Axis = { values: (_, splits) => splits.map((split) => percent(split)), size: 50 };

export function ReliabilityChart({ horizon: { reliability } }: { horizon: LiveHorizon }) {
  const data = useMemo(
    (): uPlot.AlignedData => [
      reliability.map(({ predicted }) => predicted),
      reliability.map(({ high95 }) => high95),
      reliability.map(({ low95 }) => low95),
      reliability.map(({ actual }) => actual),
    ],
    [reliability],
  );
  const top = Math.max(0.02, ...reliability.flatMap(({ predicted, high95 }) => [predicted, high95])) * 1.06;
  const off = reliability.filter(({ predicted, low95, high95 }) => predicted < low95 || predicted > high95).length;
  return (
    <Chart
      label={`Forecast probability against share who bought, in ${reliability.length} groups; in ${off} the forecast lies outside the 95 % interval.`}
      data={data}
      height={250}
      options={(palette) => ({
        scales: { x: { time: false, range: [0, top] }, y: { range: [0, top] } },
        axes: axes(palette, { ...percentValues, space: 60 }, percentValues),
        series: [
          {},
          { width: 0, points: { show: false } },
          { width: 0, points: { show: false } },
          { stroke: palette.chart, width: 0, points: { show: true, size: 8, fill: palette.chart } },
        ],
        hooks: { draw: [diagonal(palette, top), whiskers(palette)] },
      })}
      readout={(index) => {
        const bin = reliability[index];
        if (!bin) return { title: '', text: '' };
        return {
          title: `forecast ${percent(bin.predicted)}, happened ${percent(bin.actual)}`,
          text: plural(bin.n, 'user'),
        };
      }}
      table={{
        head: ['Forecast', 'Happened', '95 % interval', 'Users'],
        rows: reliability.map(({ predicted, actual, low95, high95, n }) => [
          percent(predicted),
          percent(actual),
          `${percent(low95)} – ${percent(high95)}`,
          count(n),
        ]),
      }}
    />
  );
}

/** Where forecast and outcome are equal. */
function diagonal(palette: Palette, top: number): (chart: uPlot) => void {
  return (chart) => {
    const { ctx } = chart;
    ctx.save();
    ctx.strokeStyle = palette.muted;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(chart.valToPos(0, 'x', true), chart.valToPos(0, 'y', true));
    ctx.lineTo(chart.valToPos(top, 'x', true), chart.valToPos(top, 'y', true));
    ctx.stroke();
    ctx.restore();
  };
}

/** The interval of each dot. */
function whiskers(palette: Palette): (chart: uPlot) => void {
  return (chart) => {
    const { ctx, data } = chart;
    ctx.save();
    ctx.strokeStyle = palette.chart;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const [index, x] of data[0].entries()) {
      const [high, low] = [data[1]?.[index], data[2]?.[index]];
      if (high == null || low == null) continue;
      ctx.beginPath();
      ctx.moveTo(chart.valToPos(x, 'x', true), chart.valToPos(high, 'y', true));
      ctx.lineTo(chart.valToPos(x, 'x', true), chart.valToPos(low, 'y', true));
      ctx.stroke();
    }
    ctx.restore();
  };
}

export function RunsChart({ runs, horizon }: { runs: LiveRun[]; horizon: number }) {
  const shown = useMemo(
    () =>
      runs.flatMap(({ day, horizons }) => {
        const found = horizons.find((each) => each.horizon === horizon);
        return found ? [{ day, ...found }] : [];
      }),
    [runs, horizon],
  );
  const first = shown[0]?.day ?? '1970-01-01';
  const data = useMemo(
    (): uPlot.AlignedData => [
      shown.map(({ day }) => daysBetween(first, day)),
      shown.map(({ high95 }) => high95),
      shown.map(({ low95 }) => low95),
      shown.map(({ expected }) => expected),
      shown.map(({ actual }) => actual),
    ],
    [shown],
  );
  if (shown.length === 0) return <p class="muted">No run's days have passed yet.</p>;
  const last = daysBetween(first, shown.at(-1)!.day);
  const within = shown.filter(({ actual, low95, high95 }) => actual >= low95 && actual <= high95).length;
  return (
    <Chart
      label={`Expected and actual buyers of ${plural(shown.length, 'run')}; ${within} lie within the 95 % interval.`}
      data={data}
      height={250}
      options={(palette) => ({
        scales: {
          x: { time: false, range: [-0.5, Math.max(1, last + 0.5)] },
          y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] },
        },
        axes: axes(
          palette,
          {
            values: (_, splits) =>
              splits.map((at) => {
                const run = shown.find(({ day }) => daysBetween(first, day) === at);
                return run ? shortDay(run.day) : '';
              }),
            space: 70,
          },
          { values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? count(split) : '')) },
        ),
        series: [
          {},
          { width: 0, points: { show: false } },
          { width: 0, points: { show: false } },
          { stroke: palette.chart, width: 2.5, points: { show: false } },
          { stroke: palette.now, width: 0, points: { show: true, size: 8, fill: palette.now } },
        ],
        bands: [{ series: [1, 2], fill: palette['chart-fill'] }],
      })}
      readout={(index) => {
        const run = shown[index];
        if (!run) return { title: '', text: '' };
        return {
          title: `${count(run.actual)} bought`,
          text: `${amount(run.expected)} expected, run of ${shortDay(run.day)}`,
        };
      }}
      table={{
        head: ['Run of', 'Expected', 'Bought', '95 % interval', 'AUC'],
        rows: shown.map(({ day, expected, actual, low95, high95, auc }) => [
          fullDay(day),
          amount(expected),
          count(actual),
          `${count(low95)} – ${count(high95)}`,
          auc === null ? '–' : auc.toFixed(3),
        ]),
      }}
    />
  );
}

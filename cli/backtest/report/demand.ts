/** Demand on the page: each origin's days with their intervals, and how good all of them were. */
import { CATEGORIES, type DemandCase, type DemandResult, FORECASTERS } from '../../../core/backtest/demand.ts';
import { NEW } from '../../../core/demand/outlook.ts';
import type { Metrics } from '../run.ts';
import { area, chart, dot, line, ticks } from './svg.ts';
import { type Cell, table } from './tables.ts';
import { days, number, percent } from './words.ts';

/** More origins than this are in the tables alone. */
const CHARTS = 6;
/** More categories than this are in metrics.json alone. */
const LISTED = 15;

export function demandSection({ demand: { forecast } }: Metrics): string {
  const { results, origins } = forecast;
  const categories = [...new Set(results.map(({ series }) => series))].filter(
    (series) => series !== null && series !== NEW && series !== CATEGORIES,
  );
  const charts = origins.slice(0, CHARTS).map(({ origin, users }) => {
    const own = forecast.days.filter((one) => one.origin === origin);
    return `<figure><figcaption>from ${origin}, ${number(users)} known users</figcaption>${daysChart(origin, own)}</figure>`;
  });
  return `<section><h2>What will be bought, day by day</h2>
<p>What each night would have told of demand: buyers a day among the users known that night, with an interval for 80 and 95 % of the days that is learned from what the shop had seen by then. The error is what a forecast was off by, as a share of what came. Against: the same weekday of the week before, and the mean of the four weeks before.</p>
<ul class="legend"><li><i style="color:var(--ours)"></i>expected, 80 % and 95 %</li><li><i style="color:var(--chart)"></i>happened</li></ul>
<div class="small">${charts.join('')}</div>
<h3 style="margin-top:22px">Known users of the whole shop</h3>${shopTable(results.filter(({ series }) => series === null))}
<details><summary>Buyers who were new</summary>${shopTable(results.filter(({ series }) => series === NEW))}</details>
${categories.length > 0 ? `<h3 style="margin-top:22px">By category</h3>${categoryTable(results, categories as string[])}` : ''}</section>`;
}

function daysChart(origin: string, cases: readonly DemandCase[]): string {
  const top = Math.max(1, ...cases.flatMap(({ high95, actual }) => [high95, actual])) * 1.05;
  const last = Math.max(2, cases.length);
  const frame = {
    width: 340,
    height: 240,
    x: [1, last] as [number, number],
    y: [0, top] as [number, number],
    xTicks: [1, 7, 14, 21, 30].filter((day) => day <= last),
    yTicks: ticks(top),
    xText: String,
    yText: (value: number) => number(value),
    xLabel: 'day',
    yLabel: 'buyers',
    title: `Buyers a day from ${origin} on: expected with intervals, and happened`,
  };
  return chart(frame, (plot) => {
    const edge = (of: (one: DemandCase) => number) => cases.map((one) => [one.lead, of(one)] as const);
    const dots = cases.map(({ lead, actual, expected, low80, high80 }) =>
      dot(
        plot,
        lead,
        actual,
        'actual-dot',
        `day ${lead}: happened ${number(actual)}, expected ${number(expected, 1)} (80 %: ${low80} to ${high80})`,
        3,
      ),
    );
    return (
      area(
        plot,
        edge(({ low95 }) => low95),
        edge(({ high95 }) => high95),
        'band95',
      ) +
      area(
        plot,
        edge(({ low80 }) => low80),
        edge(({ high80 }) => high80),
        'band80',
      ) +
      line(
        plot,
        edge(({ expected }) => expected),
        'curve buy-timing',
      ) +
      dots.join('')
    );
  });
}

const HEAD = ['inside 80 %', 'inside 95 %', 'error', 'of the week before', 'of four weeks’ mean'];

function shopTable(results: readonly DemandResult[]): string {
  return table(
    ['', 'cases', 'expected', 'came', ...HEAD],
    results.map((one) => [nameOf(one), number(one.n), number(one.expected), number(one.actual), ...judged(one)]),
  );
}

function nameOf({ of, measure }: DemandResult): string {
  if ('from' in of) return `each of the days ${of.from} to ${of.to}`;
  return `${measure} of ${days(of.window)} together`;
}

function judged({ held80, held95, wape }: DemandResult): Cell[] {
  const best = Math.min(...FORECASTERS.map((name) => wape[name]));
  return [
    percent(held80, 0),
    percent(held95, 0),
    ...FORECASTERS.map((name) => ({
      text: percent(wape[name]),
      className: wape[name] === best && Number.isFinite(best) ? 'best' : '',
    })),
  ];
}

/** Each category's buyers of a week; categories that were expected often enough. */
function categoryTable(results: readonly DemandResult[], names: readonly string[]): string {
  const shown = [CATEGORIES, ...names.slice(0, LISTED)];
  const rows = shown.flatMap((name) =>
    results
      .filter(({ series, of, measure }) => series === name && measure === 'buyers' && 'window' in of && of.window === 7)
      .map((one) => [
        name === CATEGORIES ? `all ${names.length}` : name || 'without a category',
        ...[number(one.n), number(one.expected, 1), number(one.actual, 1)],
        ...judged(one),
      ]),
  );
  return table(['buyers of 7 days', 'cases', 'expected', 'came', ...HEAD], rows);
}

/** `index.html`: what the backtest found, for someone who sells things and has to decide whether to believe it. */
import { type Groups, type HorizonEvidence, OURS } from '../../../core/backtest/judge.ts';
import { NAMES } from '../../../core/backtest/verdict.ts';
import type { Metrics } from '../run.ts';
import { differences, gains, reliability, survival } from './charts.ts';
import { demandSection } from './demand.ts';
import { STYLE } from './style.ts';
import { escaped } from './svg.ts';
import { buyers, comparison, groups, guesses, pairedTable, seeds } from './tables.ts';
import { days, number, percent } from './words.ts';

export function pageOf(metrics: Metrics): string {
  const { data, protocol, evidence } = metrics;
  const main = evidence.find(({ horizon }) => horizon === 7) ?? evidence[evidence.length >> 1]!;
  const models = Object.keys(main.gains);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Backtest of ${escaped(data.file)}</title><style>${STYLE}</style></head><body><main>
<h1>Backtest of ${escaped(data.file)}</h1>
<p class="verdict">${escaped(metrics.verdict)}</p>
<p class="muted">${number(data.users)} users and ${number(data.actions)} actions from ${data.firstDay} to ${data.lastDay}. Everything was trained on what came before ${protocol.trainEnd}; then, on ${protocol.origins.length === 1 ? `${protocol.origins[0]}` : `${protocol.origins.length} days from ${protocol.origins[0]} to ${protocol.origins.at(-1)}`}, each user active in the ${protocol.activeDays} days before was given a probability from nothing but the past, and the log says who bought.</p>
${facts(metrics, main.horizon)}
<section><h2>Can the probabilities be taken at their word?</h2>
<p>Users are put into ten equal groups by what was said of them. A dot on the dashed line means that what was said is what happened; the bar is what chance allows.</p>
<div class="small">${evidence.map((one) => `<figure><figcaption>buys within ${days(one.horizon)}</figcaption>${reliability(one)}</figure>`).join('')}</div></section>
<div class="two"><section><h2>Whom to write to</h2>
<p>How many of the buyers of the next ${days(main.horizon)} are reached by writing to the most likely users only. The dashed line is writing at random.</p>
${legend(models)}${gains(main)}</section>
<section><h2>When they buy</h2>
<p>The share of users who have not bought yet, day by day: what was said on the origin and what happened.</p>
<ul class="legend"><li><i style="color:var(--ours)"></i>said</li><li><i style="color:var(--chart)"></i>happened</li></ul>${survival(metrics)}</section></div>
<section><h2>Against what else one would try</h2>
<p>The same users on the same days, judged by log-loss: how surprised a model was by what happened. Dots are the difference, lines its 95 % interval over users; an interval that crosses the middle is no difference to rely on.</p>
${differences(metrics)}
<h3 style="margin-top:22px">Buys within ${days(main.horizon)}</h3>${comparison(metrics, main.horizon)}
<details><summary>The other horizons</summary>${evidence
    .filter((one) => one !== main)
    .map(
      (one) => `<h3 style="margin-top:16px">Buys within ${days(one.horizon)}</h3>${comparison(metrics, one.horizon)}`,
    )
    .join('')}</details>
<details><summary>Every difference with its interval</summary>${pairedTable(metrics)}</details></section>
<section><h2>Does it hold for every kind of user?</h2>
<p>Said and happened within ${days(main.horizon)}, by band and by how long a user had been silent; then the same once the shop’s past weeks have corrected it. Red: further off than chance explains for this many users.</p>
${groupTables(main)}
<details><summary>The other horizons</summary>${evidence
    .filter((one) => one !== main)
    .map((one) => `<h3 style="margin-top:16px">Within ${days(one.horizon)}</h3>${groupTables(one)}`)
    .join('')}</details></section>
<section><h2>How many will buy</h2>
<p>The probabilities of all active users added up, against the number who bought, over all origins; as the model says it, and as corrected by the shop’s past weeks.</p>${buyers(metrics)}</section>
${demandSection(metrics)}
${nextOf(metrics)}${how(metrics)}
</main></body></html>
`;
}

function groupTables(one: HorizonEvidence): string {
  const pair = ({ bands, silence }: Groups, title: (of: string) => string) =>
    `<div class="two" style="margin-top:8px"><div>${groups(bands, title('band'))}</div><div>${groups(silence, title('silent for'))}</div></div>`;
  return pair(one, (of) => of) + pair(one.corrected, (of) => `corrected: ${of}`);
}

function facts({ results, evidence }: Metrics, horizon: number): string {
  const ours = results.find((one) => one.model === OURS && one.seed === 'all' && one.horizon === horizon)!;
  const caught = evidence.find((one) => one.horizon === horizon)!.gains[OURS]![5]!;
  const limit = ours.eceLimit ?? Number.NaN;
  return `<dl class="facts">
<div><dt>Bought within ${days(horizon)}</dt><dd>${percent(ours.rate, 1)}<small>of ${number(ours.n)} user-days asked about</small></dd></div>
<div><dt>The most likely tenth</dt><dd>${number(ours.lift10, 1)}×<small>as many buyers as the average; ${percent(caught, 0)} of all buyers are among them</small></dd></div>
<div><dt>A buyer ranks above a non-buyer</dt><dd>${percent(ours.auc, 0)}<small>of the time; 50 % would be guessing (this is the AUC)</small></dd></div>
<div><dt>Probabilities are off by</dt><dd>${percent(ours.ece, 1)}<small>on average; chance alone gives up to ${percent(limit, 1)}</small></dd></div></dl>`;
}

function nextOf({ next: { action, category } }: Metrics): string {
  if (!action && !category) return '';
  const part = (title: string, verdict: typeof action) =>
    verdict ? `<div><h3>${title}</h3>${guesses(verdict)}</div>` : '';
  return `<section><h2>What comes next</h2>
<p>Guesses of the next action and of the category of the next purchase, within 30 days of an origin, against what is guessed without a model. Repeated words make the next action easy; the category is the harder question.</p>
${part('Next action', action)}${part('Category of the next purchase', category)}</section>`;
}

function legend(models: readonly string[]): string {
  const colour = (model: string) => (model === OURS ? 'ours' : model);
  const entries = models.map(
    (model) => `<li><i style="color:var(--${colour(model)})"></i>${NAMES[model] ?? model}</li>`,
  );
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function how(metrics: Metrics): string {
  const { protocol, models } = metrics;
  const dropped = protocol.dropped.map(({ origin, horizon }) => `${origin} at ${days(horizon)}`);
  return `<section><h2>How this was done</h2>
<p>The model never saw an action of ${protocol.trainEnd} or later, nor did its vocabulary or any baseline. Days asked about: ${protocol.origins.join(', ')}. ${dropped.length > 0 ? `Left out, since the log ends (${protocol.end}) before the outcome is known: ${dropped.join(', ')}.` : 'Every outcome is known.'} Intervals: ${number(protocol.draws)} bootstrap draws of users. Model: ${models.map(({ version }) => escaped(version)).join(', ')}.</p>
${models.length > 1 ? `<details><summary>The seeds one by one</summary>${seeds(metrics)}</details>` : ''}
<dl class="words">
<dt>log-loss</dt><dd>mean surprise at what happened; lower is better, and only honest probabilities can make it low</dd>
<dt>AUC</dt><dd>how often a buyer is ranked above a non-buyer; 0.5 is guessing</dd>
<dt>average precision</dt><dd>share of buyers among the first users of the ranking, averaged over where each buyer stands</dd>
<dt>Brier</dt><dd>mean squared difference between probability and outcome</dd>
<dt>calibration error</dt><dd>mean gap between said and happened over ten groups of equal size</dd>
<dt>lift</dt><dd>how many times more buyers the top of the ranking holds than the average</dd>
<dt>corrected by the shop’s past weeks</dt><dd>as the nightly run says it: once a week it compares the model with what happened, and corrects it where there is enough</dd>
<dt>recency alone</dt><dd>how long ago the last action was, and nothing else</dd>
<dt>logistic regression, LightGBM</dt><dd>counts, recency and purchase rhythm as features; one model a horizon, tuned on the last weeks before ${protocol.trainEnd}</dd>
<dt>BG/NBD</dt><dd>the classic buy-till-you-die model of purchase counts and dates</dd></dl>
<p class="note" style="margin-top:16px"><code>predictions.csv.gz</code> beside this page holds every probability and outcome, <code>metrics.json</code> every figure.</p></section>`;
}

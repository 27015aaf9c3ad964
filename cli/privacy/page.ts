/** `index.html` of an audit: what attackers found, for someone who answers for the users' privacy. */
import { STYLE } from '../backtest/report/style.ts';
import { escaped } from '../backtest/report/svg.ts';
import { table } from '../backtest/report/tables.ts';
import { number, percent } from '../backtest/report/words.ts';

interface Interval {
  low: number;
  high: number;
}

interface Membership extends Interval {
  auc: number;
  found: number;
}

export interface Attacked {
  trained: 'adapter' | 'network';
  /** Null: without privacy. */
  epsilon: number | null;
  membership: Membership;
  plantedMembership: Membership;
  planted: Interval & { rank: number; exposure: number };
  users: number;
  seconds: number;
}

interface Judged {
  horizon: number;
  auc: number;
  logLoss: number;
  ece: number;
  expected: number;
}

export interface Audit {
  data: { file: string; users: number; actions: number; firstDay: string; lastDay: string };
  models: number;
  planted: number;
  candidates: number;
  chanceExposure: number;
  results: Attacked[];
  cost: { userDays: number; results: { training: string; seed: number; judged: Judged[] }[] } | null;
}

/** What the issue of this project asks of private models: an attacker right in at most 52 % of pairs. */
const MOST_AUC = 0.52;

export function pageOf(audit: Audit): string {
  const { data, models, planted, candidates } = audit;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Privacy audit of ${escaped(data.file)}</title><style>${STYLE}</style></head><body><main>
<h1>Privacy audit of ${escaped(data.file)}</h1>
<p class="verdict">${escaped(verdictOf(audit))}</p>
<p class="muted">${number(data.users)} users and ${number(data.actions)} actions from ${data.firstDay} to ${data.lastDay}. ${models} models of each kind were trained, each on a random half of the users, and then attacked. They are thrown away, and this page is not private: it was made from the log.</p>
<section><h2>Does a model tell who was in its training?</h2>
<p>The attacker has a user’s whole history, all other models as reference, and says whether the user was in the training. AUC 50 % is a coin. The last column is what counts for the single user: how many members are named if one in a hundred of the others is named wrongly (chance: 1 %).</p>
${table(
  ['', 'AUC', '95 % interval', 'members named'],
  audit.results.map((one) => [kindOf(one), ...membershipCells(one.membership, one.epsilon !== null)]),
)}
<h3 style="margin-top:22px">The same for users whom nobody is like</h3>
<p>${planted} made-up users with random actions on random days, each planted in half of the models.</p>
${table(
  ['', 'AUC', '95 % interval', 'members named'],
  audit.results.map((one) => [kindOf(one), ...membershipCells(one.plantedMembership, false)]),
)}</section>
<section><h2>Are planted histories known by heart?</h2>
<p>Each planted user is ranked among ${candidates} users made the same way that no model saw, by what the model thinks likeliest. Chance is the middle: 50 %, and an exposure of ${number(audit.chanceExposure, 2)} bits; by heart is 0 % and ${number(Math.log2(candidates + 1), 0)} bits.</p>
${table(
  ['', 'mean rank from the top', '95 % interval', 'exposure'],
  audit.results.map((one) => [
    kindOf(one),
    percent(one.planted.rank, 1),
    interval(one.planted),
    `${number(one.planted.exposure, 2)} bits`,
  ]),
)}</section>
${costSection(audit)}
</main></body></html>
`;
}

export function verdictOf({ results }: Audit): string {
  const secret = results.filter(({ epsilon }) => epsilon !== null);
  const told = secret.filter(({ membership }) => membership.auc > MOST_AUC);
  const known = secret.filter(({ planted }) => planted.high < 0.5);
  if (told.length === 0 && known.length === 0)
    return 'Of models trained with privacy, attackers find out who was in the training no better than by chance, and nothing planted is known by heart.';
  return [...told.map((one) => `${kindOf(one)}: members can be told (AUC ${number(one.membership.auc, 3)}).`)]
    .concat(known.map((one) => `${kindOf(one)}: planted users are known by heart.`))
    .join(' ');
}

function kindOf({ trained, epsilon }: Attacked): string {
  const what = trained === 'adapter' ? 'usual private training' : 'whole network, fast';
  return epsilon === null ? `${what}, noise and clipping off` : `${what}, ε = ${epsilon}`;
}

function membershipCells(found: Membership, judged: boolean) {
  const auc = { text: percent(found.auc, 1), className: judged && found.auc > MOST_AUC ? 'off' : '' };
  return [auc, interval(found), percent(found.found, 1)];
}

function interval({ low, high }: Interval): string {
  return `${percent(low, 1)} to ${percent(high, 1)}`;
}

function costSection({ cost }: Audit): string {
  if (!cost) return '';
  const horizons = cost.results[0]!.judged.map(({ horizon }) => horizon);
  const rows = cost.results.map(({ training, seed, judged }) => [
    trainingName(training, seed),
    ...judged.flatMap((one) => [
      number(one.auc, 4),
      number(one.logLoss, 4),
      percent(one.ece, 2),
      number(one.expected, 3),
    ]),
  ]);
  const head = horizons.flatMap((horizon) =>
    ['AUC', 'log-loss', 'calibration error', 'expected ÷ came'].map((name) => `${name}, ${horizon} days`),
  );
  return `<section><h2>What privacy costs</h2>
<p>Trained on the days before the cut-off and judged on ${number(cost.userDays)} user-days after it, with other noise for each seed.</p>
${table(['', ...head], rows)}</section>`;
}

function trainingName(training: string, seed: number): string {
  if (training === 'none') return 'the shipped bundle, not trained';
  const name = training === 'without' ? 'noise and clipping off' : `ε = ${training}`;
  return `${name}, seed ${seed}`;
}

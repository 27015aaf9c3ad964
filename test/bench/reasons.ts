/**
 * Whether reasons are true. On simulated shops: how often the true cause of a purchase whose window was open on its
 * morning is among the first two reasons. On a real log: how fast the probability falls when the named episodes are
 * taken out together, against as many at random. The value is the share of causes found, against the four fifths aimed at.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Action, compareActions, typeOf, wordOf } from '../../core/actions/action.ts';
import type { Reason } from '../../core/reasons/reasons.ts';
import { drawShop, SHOP_KINDS, type SimulatedAction, simulateUsers } from '../../core/simulation/index.ts';
import { dayFromNumber, dayNumber, zoneOf } from '../../core/time.ts';
import { type Explainer, explainerOf, loadShippedModel, type Model } from '../support/explained.ts';
import { type Bench, quantile, resultOf } from './bench.ts';
import { deletionCurve } from './reasons-deletion.ts';

const DAY = 86_400_000;
const UTC = zoneOf('UTC');
const KINDS = SHOP_KINDS.filter((kind) => kind !== 'purchase-only');
const SEEDS = [7, 8, 11, 12];
const USERS = 250;
const EACH = 40;
const DAYS = 150;
/** Purchases of the last days are asked about. */
const LAST_DAYS = 60;
const AIM = 0.8;
const TMALL = join(
  process.env.BUY_TIMING_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)),
  'tmall.csv',
);
const TMALL_USERS = 150;

interface Found {
  n: number;
  top: number;
}

const bench: Bench = async ({ scale, progress }) => {
  const model = await loadShippedModel();
  const byCause: Record<string, Found> = {};
  const seconds: number[] = [];
  const each = Math.max(2, Math.round(EACH * scale));
  for (const kind of KINDS)
    for (const seed of SEEDS.slice(0, Math.max(1, Math.round(SEEDS.length * scale)))) {
      progress(`${kind} shop ${seed}`);
      await causesOf(model, drawShop(seed, { kind, users: USERS, days: DAYS, start: '2026-01-01' }), each, (found) => {
        const { n, top } = byCause[found.cause] ?? { n: 0, top: 0 };
        byCause[found.cause] = { n: n + 1, top: top + (found.hit ? 1 : 0) };
        seconds.push(found.seconds);
      });
    }
  const all = Object.values(byCause).reduce((a, b) => ({ n: a.n + b.n, top: a.top + b.top }), { n: 0, top: 0 });
  const deletion = existsSync(TMALL)
    ? await deletionCurve(model, readTmall(), '2013-07-16', Math.max(5, TMALL_USERS * scale), progress)
    : `there is no ${TMALL}; name its folder in BUY_TIMING_DATA`;
  const shares = Object.entries(byCause).map(([cause, { n, top }]) => [
    cause,
    { n, share: Number((top / n).toFixed(3)) },
  ]);
  return resultOf(all.top / all.n, AIM, 'true causes among the first two reasons (aim)', [all.top / all.n], {
    users: all.n,
    causes: Object.fromEntries(shares),
    deletion,
    secondsP50: Number(quantile(seconds, 0.5).toFixed(3)),
    secondsP95: Number(quantile(seconds, 0.95).toFixed(3)),
  });
};

/** The latest purchase of each user whose want began before its day, for a cause that the user's history shows. */
async function causesOf(
  model: Model,
  shop: ReturnType<typeof drawShop>,
  limit: number,
  tell: (found: { cause: string; hit: boolean; seconds: number }) => void,
): Promise<void> {
  const users = [...simulateUsers(shop)];
  const histories = users.map(({ actions }) =>
    actions.map(({ at, type, category }, i) => ({ word: wordOf(type, category), at, id: `${i}` })).sort(compareActions),
  );
  const looksTracked = [...shop.tracked].some((type) => type !== 'purchase' && type !== 'refund');
  const explainers = new Map<number, Explainer>();
  let told = 0;
  for (const [index, { actions }] of users.entries()) {
    const purchase = actions.findLast((action) => isAsked(action, actions[0]!, shop.start + DAYS - LAST_DAYS));
    if (!purchase || told === limit) continue;
    // A shop that logs purchases alone cannot see anybody browse.
    if (purchase.cause === 'browsing' && !looksTracked) continue;
    const day = Math.floor(purchase.at / DAY);
    const explainer = explainers.get(day) ?? explainerOf(model, histories, dayFromNumber(day), UTC);
    explainers.set(day, explainer);
    const { reasons, seconds } = await explainer.explain(histories[index]!);
    const bought = histories[index]!.findLast(({ at, word }) => at < day * DAY && typeOf(word) === 'purchase');
    const lastBought = bought && Math.floor(bought.at / DAY);
    const hit = reasons.slice(0, 2).some((reason) => names(reason, purchase.cause!, day, lastBought));
    tell({ cause: purchase.cause!, hit, seconds });
    told++;
  }
}

/** What no history of one user can show is not asked: promotions, and impulses, which nothing sets off. */
function isAsked(action: SimulatedAction, first: SimulatedAction, from: number): boolean {
  const day = Math.floor(action.at / DAY);
  const shown = action.cause !== 'impulse' && action.cause !== 'promotion';
  return action.type === 'purchase' && shown && day > from && day > Math.floor(first.at / DAY) && action.since! < day;
}

/** Whether a reason that raises the probability is the cause of a purchase on a day. */
function names(reason: Reason, cause: string, day: number, lastBought: number | undefined): boolean {
  if (reason.effect <= 0) return false;
  const buys = reason.words.some((word) => typeOf(word) === 'purchase');
  const daysAgo = day - dayNumber(reason.to);
  if (cause === 'browsing') return !buys && reason.words.length > 0 && daysAgo <= 14;
  if (cause === 'arrival') return reason.words.length > 0 && daysAgo <= 30;
  if (cause === 'follow-up') return buys && dayNumber(reason.to) === lastBought;
  return buys || reason.words.length === 0;
}

function readTmall(): Action[][] {
  const users = new Map<string, Action[]>();
  const lines = readFileSync(TMALL, 'utf8').trim().split('\n').slice(1);
  for (const [i, line] of lines.entries()) {
    const [user, day, type, category] = line.split(',') as [string, string, string, string];
    const action = { word: `${type === 'buy' ? 'purchase' : type}:${category}`, at: Date.parse(day), id: `${i}` };
    const own = users.get(user);
    if (own) own.push(action);
    else users.set(user, [action]);
  }
  return [...users.values()].map((actions) => actions.sort(compareActions));
}

export default bench;

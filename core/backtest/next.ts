/** Next action and category of the next purchase, against the user's own most frequent, the most recent, and the shop's. */
import { type Action, categoryOf, typeOf } from '../actions/action.ts';
import { unpackForecast } from '../forecasts.ts';
import { createRandom } from '../simulation/random.ts';
import { type Day, dayNumber, type Zone } from '../time.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { type Guess, guessOf, type Hit, judgeGuess, meanGuess, mixed, type Shares, sharesOf } from './guesses.ts';
import { type Log, type Population, populationOf } from './population.ts';
import { type Protocol, snapshotDays } from './protocol.ts';
import type { Said, Standing } from './say.ts';

export const SIMPLE = ['frequent', 'recent', 'shop'] as const;
export type Simple = (typeof SIMPLE)[number];

export interface NextResult extends Hit {
  model: 'buy-timing' | Simple;
  n: number;
}

export interface NextVerdict {
  results: NextResult[];
  /** Log-loss of ours minus theirs, with a 95 % interval over users. */
  paired: { against: Simple; difference: number; low: number; high: number }[];
}

/** What comes later than this is not asked about. */
const WITHIN_DAYS = 30;
const MOST_ROWS = 20_000;
const TUNING_ROWS = 4_000;
const PRIORS = [0.3, 1, 3, 10, 30, 100];
const DRAWS = 1_000;

/** One of the two questions: which of a user's actions count as past and as outcome, and what each is called. */
interface Question {
  nameOf(action: Action): string | undefined;
  isOutcome(action: Action): boolean;
  ours(standing: Standing, shares: Shares): Guess;
}

interface Asked {
  log: Log;
  zone: Zone;
  protocol: Protocol;
  population: Population;
  /** By seed. */
  said: readonly Said[];
  vocabulary: Vocabulary;
}

export function judgeNextAction(asked: Asked): NextVerdict | undefined {
  const { vocabulary } = asked;
  return judgeNext(asked, {
    nameOf: ({ word }) => vocabulary.words[vocabulary.id(word)],
    isOutcome: () => true,
    ours: ({ packed }, shares) => {
      const own = new Map(unpackForecast(packed).nextWords.map(({ text, p }) => [text, p]));
      return guessOf(own, 1 - [...own.values()].reduce((sum, p) => sum + p, 0), shares);
    },
  });
}

export function judgeNextCategory(asked: Asked): NextVerdict | undefined {
  return judgeNext(asked, {
    nameOf: ({ word }) => categoryOf(word) || undefined,
    isOutcome: ({ word }) => typeOf(word) === 'purchase',
    ours: ({ categories, nextLocal }, shares) =>
      guessOf(new Map(categories.map((text, i) => [text, nextLocal[i + 1]!])), nextLocal[0]!, shares),
  });
}

/** @returns undefined where there is nothing to choose from, or nothing came */
function judgeNext(asked: Asked, question: Question): NextVerdict | undefined {
  const { log, zone, protocol, population, said } = asked;
  const shares = sharesOf(countShop(log, zone.startOf(protocol.trainEnd), question));
  if (shares.ranked.length < 2) return undefined;
  const cases = casesOf(asked, population, protocol.origins, protocol.end, MOST_ROWS, question);
  if (cases.length === 0) return undefined;
  const days = snapshotDays(protocol, log.firstDay);
  const trainingEnd = { ...protocol, end: protocol.trainEnd };
  const past = casesOf(
    asked,
    populationOf(log.histories, days, trainingEnd),
    days,
    protocol.trainEnd,
    TUNING_ROWS,
    question,
  );
  const priors = { frequent: tuned('frequent', past, shares), recent: tuned('recent', past, shares), shop: 1 };
  const hits = new Map<NextResult['model'], Hit[]>();
  const seeds = said.map(({ source }) => source);
  hits.set(
    'buy-timing',
    cases.map((one) => {
      const guesses = seeds.map((source) => question.ours(source[one.row]!, shares));
      return judgeGuess(meanGuess(guesses, shares), one, shares);
    }),
  );
  for (const name of SIMPLE)
    hits.set(
      name,
      cases.map((one) => judgeGuess(simple(name, one, priors[name], shares), one, shares)),
    );
  const mean = (list: Hit[], of: (hit: Hit) => number) => list.reduce((sum, hit) => sum + of(hit), 0) / list.length;
  const ours = hits.get('buy-timing')!;
  return {
    results: [...hits].map(([model, list]) => ({
      model,
      n: list.length,
      top1: mean(list, (hit) => hit.top1),
      top10: mean(list, (hit) => hit.top10),
      logLoss: mean(list, (hit) => hit.logLoss),
    })),
    paired: SIMPLE.map((against) => {
      const differences = ours.map(({ logLoss }, i) => logLoss - hits.get(against)![i]!.logLoss);
      return {
        against,
        ...interval(
          differences,
          cases.map(({ user }) => user),
        ),
      };
    }),
  };
}

interface Case {
  row: number;
  user: number;
  frequent: Map<string, number>;
  recent: Map<string, number>;
  came: Map<string, number>;
}

/** User-origins after which something came in time, at most so many, drawn at random. */
function casesOf(
  { log, zone }: Asked,
  { rows, user, origin }: Population,
  days: readonly Day[],
  end: Day,
  most: number,
  { nameOf, isOutcome }: Question,
): Case[] {
  const random = createRandom(rows, 0x6e657874);
  const share = Math.min(1, most / rows);
  const instants = days.map((day) => zone.startOf(day));
  const last = dayNumber(end);
  const cases: Case[] = [];
  for (let row = 0; row < rows; row++) {
    if (share < 1 && !random.chance(share)) continue;
    const { actions } = log.histories[user[row]!]!;
    const instant = instants[origin[row]!]!;
    const limit = instant + Math.min(WITHIN_DAYS, last - dayNumber(days[origin[row]!]!) + 1) * 86_400_000;
    const next = actions.find((one) => one.at >= instant && isOutcome(one) && nameOf(one) !== undefined);
    if (!next || next.at >= limit) continue;
    const frequent = new Map<string, number>();
    let recent = new Map<string, number>();
    let latest = Number.NEGATIVE_INFINITY;
    for (const action of actions) {
      if (action.at >= instant) break;
      const name = nameOf(action);
      if (name === undefined) continue;
      if (action.at > latest) recent = new Map();
      latest = action.at;
      add(frequent, name, 1);
      add(recent, name, 1);
    }
    const together = actions.filter((one) => one.at === next.at && isOutcome(one) && nameOf(one) !== undefined);
    const came = new Map<string, number>();
    for (const one of together) add(came, nameOf(one)!, 1 / together.length);
    cases.push({ row, user: user[row]!, frequent, recent: normalised(recent), came });
  }
  return cases;
}

function simple(name: Simple, one: Case, prior: number, shares: Shares): Guess {
  return name === 'shop' ? { own: new Map(), rest: 1 } : mixed(one[name], prior, shares);
}

/** The weight of the shop's shares that served best before training ended. */
function tuned(name: 'frequent' | 'recent', past: readonly Case[], shares: Shares): number {
  const loss = (prior: number) =>
    past.reduce((sum, one) => sum + judgeGuess(simple(name, one, prior, shares), one, shares).logLoss, 0);
  return PRIORS.map((prior) => ({ prior, loss: loss(prior) })).reduce((a, b) => (b.loss < a.loss ? b : a)).prior;
}

function countShop({ histories }: Log, before: number, { nameOf, isOutcome }: Question): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { actions } of histories)
    for (const action of actions) {
      if (action.at >= before) break;
      const name = isOutcome(action) ? nameOf(action) : undefined;
      if (name !== undefined) add(counts, name, 1);
    }
  return counts;
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function normalised(counts: Map<string, number>): Map<string, number> {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return new Map([...counts].map(([name, count]) => [name, count / total]));
}

/** Mean of the differences, drawn by user. */
function interval(differences: number[], users: number[]): { difference: number; low: number; high: number } {
  const sums = new Map<number, { sum: number; n: number }>();
  for (const [i, user] of users.entries()) {
    const own = sums.get(user) ?? { sum: 0, n: 0 };
    sums.set(user, { sum: own.sum + differences[i]!, n: own.n + 1 });
  }
  const list = [...sums.values()];
  const random = createRandom(list.length, 0x6e626f6f);
  const means = Array.from({ length: DRAWS }, () => {
    let [sum, n] = [0, 0];
    for (let i = 0; i < list.length; i++) {
      const one = random.pick(list);
      sum += one.sum;
      n += one.n;
    }
    return sum / n;
  }).sort((a, b) => a - b);
  const difference = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  return { difference, low: means[Math.floor(0.025 * DRAWS)]!, high: means[Math.floor(0.975 * DRAWS)]! };
}

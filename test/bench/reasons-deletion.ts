/** The deletion curve: what is left of a probability when more and more episodes are taken out of the history together. */
import { type Action, type ActionWord, compareActions } from '../../core/actions/action.ts';
import { dayOfPosition } from '../../core/reasons/parts.ts';
import { changed } from '../../core/reasons/variants.ts';
import { isActive } from '../../core/scores.ts';
import { latestPositions, type Position } from '../../core/sequences.ts';
import { createRandom } from '../../core/simulation/random.ts';
import { type Day, zoneOf } from '../../core/time.ts';
import { type Explained, explainerOf, type Model } from '../support/explained.ts';
import { quantile } from './bench.ts';

const UTC = zoneOf('UTC');
/** Points of the curve: shares of the episodes that the raising reasons name. */
const SHARES = [0.25, 0.5, 0.75, 1];
const FEWEST_ACTIONS = 5;

/**
 * Episodes named by the reasons that raise the probability, in their order, against as many drawn at random.
 * @returns mean fall of the probability at each point, and how much steeper the named curve is over all of them
 */
export async function deletionCurve(
  model: Model,
  users: readonly (readonly Action[])[],
  day: Day,
  limit: number,
  progress: (text: string) => void,
) {
  const instant = UTC.startOf(day);
  const explainer = explainerOf(model, users, day, UTC);
  const random = createRandom(1, 0x64656c);
  const named = SHARES.map(() => 0);
  const drawn = SHARES.map(() => 0);
  const seconds: number[] = [];
  let count = 0;
  for (const actions of users) {
    if (count >= limit) break;
    const known = actions.filter(({ at }) => at < instant).sort(compareActions);
    const last = known.at(-1);
    if (known.length < FEWEST_ACTIONS || !isActive(UTC.dayOf(last!.at), day)) continue;
    const explained = await explainer.explain(known);
    const episodes = episodesOf(explained.input.positions);
    const order = namedEpisodes(explained, episodes);
    if (order.length === 0) continue;
    const shuffled = episodes
      .map((episode) => ({ episode, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ episode }) => episode);
    const counts = SHARES.map((share) => Math.max(1, Math.round(order.length * share)));
    const [ofNamed, ofDrawn] = [await falls(explained, order, counts), await falls(explained, shuffled, counts)];
    for (const i of SHARES.keys()) {
      named[i]! += ofNamed[i]!;
      drawn[i]! += ofDrawn[i]!;
    }
    seconds.push(explained.seconds);
    progress(`deletion curve, user ${++count}`);
  }
  const mean = (sums: number[]) => sums.map((sum) => Number((sum / count).toFixed(4)));
  const area = (sums: number[]) => sums.reduce((total, sum) => total + sum, 0);
  return {
    users: count,
    named: mean(named),
    random: mean(drawn),
    steeper: Number((area(named) / area(drawn)).toFixed(2)),
    secondsP50: Number(quantile(seconds, 0.5).toFixed(3)),
    secondsP95: Number(quantile(seconds, 0.95).toFixed(3)),
  };
}

/** Same words within a day. */
function episodesOf(positions: readonly Position[]): Position[][] {
  const episodes = new Map<`${number} ${ActionWord}`, Position[]>();
  for (const position of latestPositions(positions)) {
    const key = `${dayOfPosition(position)} ${position.word}` as const;
    const episode = episodes.get(key);
    if (episode) episode.push(position);
    else episodes.set(key, [position]);
  }
  return [...episodes.values()];
}

function namedEpisodes({ reasons }: Explained, episodes: readonly Position[][]): Position[][] {
  const raising = reasons.filter(({ effect }) => effect > 0);
  return raising.flatMap(({ positions }) => episodes.filter(([first]) => positions.includes(first!)));
}

async function falls(
  { input, ask, probability }: Explained,
  order: readonly Position[][],
  counts: readonly number[],
): Promise<number[]> {
  const histories = counts.map((count) => changed(input.positions, { without: new Set(order.slice(0, count).flat()) }));
  const asked = await ask(histories.filter((history) => history.length > 0));
  let next = 0;
  return histories.map((history) => probability - (history.length > 0 ? asked[next++]! : input.average));
}

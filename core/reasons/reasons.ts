/**
 * Why a probability is what it is: what each part of the history moved, and the silence since. An effect is the
 * probability less what it would be without the part, everything else as it was. Effects do not add up to what the
 * parts move together, so that is asked too, and the difference is told.
 */
import type { ActionWord } from '../actions/action.ts';
import type { Position } from '../sequences.ts';
import { type Day, dayFromNumber } from '../time.ts';
import { dayOfPosition, type Part, partsOf, wordCounts } from './parts.ts';
import { type Change, changed } from './variants.ts';
import { partText, silenceText } from './wording.ts';

export interface Reason {
  text: string;
  /** The words that were left out, most used first; none for silence. */
  words: ActionWord[];
  /** Days of the first and the last action left out, or of silence. */
  from: Day;
  to: Day;
  /** In probability: positive where it raises it. */
  effect: number;
  /** What was left out. */
  positions: readonly Position[];
}

export interface Explanation {
  /** Those that raise the probability first, then those that lower it; the greatest first. */
  reasons: Reason[];
  /** The probability that is explained. */
  probability: number;
  /** What it would be without all that the reasons name. */
  without: number;
  /** probability − without − sum of the effects: what parts move only together, or each of them alone. */
  remainder: number;
}

export interface ExplainInput {
  /** The whole history, oldest first, at least one position. */
  positions: readonly Position[];
  /** Day number of the origin. */
  today: number;
  /** What is expected of a user of whom nothing is known. */
  average: number;
}

/** The probability of each history, in their order; none of them is empty. */
export type AskModel = (histories: readonly (readonly Position[])[]) => Promise<number[]>;

/** What moves less is left unsaid. */
const LEAST_EFFECT = 0.0005;
const WORDS_NAMED = 20;

interface Candidate {
  change: Change;
  reason: Omit<Reason, 'effect'>;
}

/** Two calls of `ask`, of at most six histories and of one. */
export async function explain(input: ExplainInput, ask: AskModel): Promise<Explanation> {
  const candidates = candidatesOf(input);
  const [probability, ...others] = await answers(input, [{}, ...candidates.map(({ change }) => change)], ask);
  const named = candidates
    .map((candidate, i) => ({ ...candidate, effect: probability! - others[i]! }))
    .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
    .sort((a, b) => b.effect - a.effect);
  const raising = named.filter(({ effect }) => effect > 0);
  const lowering = named.filter(({ effect }) => effect < 0).reverse();
  const together = togetherOf(named.map(({ change }) => change));
  const without = named.length === 0 ? probability! : (await answers(input, [together], ask))[0]!;
  const sum = named.reduce((total, { effect }) => total + effect, 0);
  return {
    reasons: [...raising, ...lowering].map(({ reason, effect }) => ({ ...reason, effect })),
    probability: probability!,
    without,
    remainder: probability! - without - sum,
  };
}

function candidatesOf({ positions, today }: ExplainInput): Candidate[] {
  const candidates = partsOf(positions, today).map((part) => leftOut(part, today));
  const last = positions.at(-1)!;
  // Yesterday's visitor has not been silent.
  const silence = today - 1 - dayOfPosition(last);
  if (silence > 0) candidates.push(noSilence(silence, today, last.word.startsWith('purchase')));
  return candidates;
}

function leftOut(part: Part, today: number): Candidate {
  const { positions } = part;
  return {
    change: { without: new Set(positions) },
    reason: {
      text: partText(part, today),
      words: wordCounts(positions)
        .slice(0, WORDS_NAMED)
        .map(({ word }) => word),
      from: dayFromNumber(dayOfPosition(positions[0]!)),
      to: dayFromNumber(dayOfPosition(positions.at(-1)!)),
      positions,
    },
  };
}

/** Everything happened so much later that the last of it was yesterday. */
function noSilence(days: number, today: number, wasPurchase: boolean): Candidate {
  return {
    change: { later: days },
    reason: {
      text: silenceText(days, wasPurchase),
      words: [],
      from: dayFromNumber(today - days),
      to: dayFromNumber(today - 1),
      positions: [],
    },
  };
}

function togetherOf(changes: readonly Change[]): Change {
  return {
    without: new Set(changes.flatMap(({ without }) => [...(without ?? [])])),
    later: changes.reduce((sum, { later = 0 }) => sum + later, 0),
  };
}

/** What the model says of changed histories; the average where nothing is left of one. */
async function answers(
  { positions, average }: ExplainInput,
  changes: readonly Change[],
  ask: AskModel,
): Promise<number[]> {
  const histories = changes.map((change) => changed(positions, change));
  const asked = await ask(histories.filter((history) => history.length > 0));
  let next = 0;
  return histories.map((history) => (history.length > 0 ? asked[next++]! : average));
}

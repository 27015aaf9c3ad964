/** Guesses of one out of many (the next word, the category of the next purchase), and how good they were. */

/** Shares of the whole shop: what a guess falls back to. */
export interface Shares {
  /** @returns above 0, also for what was never seen */
  of(text: string): number;
  /** Most common first. */
  ranked: readonly string[];
}

/** P(text) is `own.get(text)`, else `rest` times the shop's share of it. */
export interface Guess {
  own: ReadonlyMap<string, number>;
  rest: number;
}

const LISTED = 10;

/** Shares of counts, with half a use for everything that was never seen together. */
export function sharesOf(counts: ReadonlyMap<string, number>): Shares {
  let total = 0.5;
  for (const count of counts.values()) total += count;
  return {
    of: (text) => (counts.get(text) ?? 0.5) / total,
    ranked: [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([text]) => text),
  };
}

/** A guess of these probabilities, whatever is left spread as the shop does. */
export function guessOf(own: ReadonlyMap<string, number>, left: number, shares: Shares): Guess {
  let taken = 0;
  for (const text of own.keys()) taken += shares.of(text);
  return { own, rest: Math.max(left, 1e-6) / Math.max(1 - taken, 1e-6) };
}

/** The mean of guesses of the same thing. */
export function meanGuess(guesses: readonly Guess[], shares: Shares): Guess {
  const [first] = guesses;
  if (guesses.length === 1) return first!;
  const texts = new Set(guesses.flatMap(({ own }) => [...own.keys()]));
  const mean = (of: (guess: Guess) => number) => guesses.reduce((sum, guess) => sum + of(guess), 0) / guesses.length;
  const own = new Map([...texts].map((text) => [text, mean((guess) => probability(guess, text, shares))]));
  return { own, rest: mean(({ rest }) => rest) };
}

export function probability({ own, rest }: Guess, text: string, shares: Shares): number {
  return own.get(text) ?? rest * shares.of(text);
}

/** What the user's own past suggests: counts mixed with the shop's shares, as if `prior` uses came from the shop. */
export function mixed(counts: ReadonlyMap<string, number>, prior: number, shares: Shares): Guess {
  let total = prior;
  for (const count of counts.values()) total += count;
  const own = new Map([...counts].map(([text, count]) => [text, (count + prior * shares.of(text)) / total]));
  return { own, rest: prior / total };
}

export interface Outcome {
  /** What came, with weights that add up to 1: at one moment several may come, in an order nobody knows. */
  came: ReadonlyMap<string, number>;
}

export interface Hit {
  top1: number;
  top10: number;
  logLoss: number;
}

export function judgeGuess(guess: Guess, { came }: Outcome, shares: Shares): Hit {
  const listed = [...guess.own].map(([text, p]) => ({ text, p }));
  let others = 0;
  for (const text of shares.ranked) {
    if (others === LISTED) break;
    if (guess.own.has(text)) continue;
    listed.push({ text, p: guess.rest * shares.of(text) });
    others++;
  }
  listed.sort((a, b) => b.p - a.p);
  const hit: Hit = { top1: 0, top10: 0, logLoss: 0 };
  for (const [text, weight] of came) {
    const place = listed.findIndex((one) => one.text === text);
    if (place === 0) hit.top1 += weight;
    if (place >= 0 && place < LISTED) hit.top10 += weight;
    hit.logLoss -= weight * Math.log(Math.min(1, Math.max(1e-9, probability(guess, text, shares))));
  }
  return hit;
}

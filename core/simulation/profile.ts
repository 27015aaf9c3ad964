import { type Chain, type Move, SIGNS, type Sign, type State, type StateName } from './shop.ts';

/** How one kind of user lives, in days and shares; `chainOf` makes a Markov chain of it. */
export interface Profile {
  /** Mean days from leaving to coming back. */
  returnDays: number;
  /** Share of the returns that come wanting, without browsing first. */
  direct: number;
  browseDays: number;
  /** Share of browsing spells that end in wanting. */
  wantShare: number;
  wantDays: number;
  /** Hazard of a purchase per day while wanting, browsing, and away. */
  wantBuy: number;
  browseBuy: number;
  awayBuy: number;
  /** After a purchase: rest of this mean length in so many phases; the more, the more regular. */
  restDays: number;
  restPhases: number;
  /** Share of rests that end in wanting again: a rhythm. */
  rhythm: number;
  /** After a purchase, straight on: share that wants again, goes on browsing, and is never seen again. */
  again: number;
  linger: number;
  quit: number;
  /** Share of spells that end in a long absence, and its mean length. */
  deepShare: number;
  deepDays: number;
  /** Mean days until lost for good while away. */
  lifetime: number;
  /** Hazard of a visible day per day. */
  visitAway: number;
  visitResting: number;
  visitBrowsing: number;
  visitWanting: number;
  /** Mean views of a browsing day, and the factor of a wanting one. */
  views: number;
  wantViews: number;
  signs: Record<Sign, number>;
  /** Odds factor of the signs while wanting. */
  wantSigns: number;
  stickBrowsing: number;
  stickWanting: number;
  lines: number;
  /** First day of a new user: share wanting, the others browse. */
  arriveWanting: number;
}

/** The chain of a profile. State order: rest phases, dormant, deep, browsing, wanting, lost. */
export function chainFrom(profile: Profile, type: number, weight: number): Chain {
  const phases = Math.max(1, Math.round(profile.restPhases));
  const names: StateName[] = [
    ...Array<StateName>(phases).fill('rest'),
    'dormant',
    'deep',
    'browsing',
    'wanting',
    'lost',
  ];
  const dormant = phases;
  const [deep, browsing, wanting, lost] = [dormant + 1, dormant + 2, dormant + 3, dormant + 4];
  const p = profile;
  const moves: Move[] = [];
  const move = (from: number, to: number, rate: number, appetite = false) => moves.push({ from, to, rate, appetite });
  const pace = phases / p.restDays;
  for (let phase = 0; phase < phases - 1; phase++) move(phase, phase + 1, pace);
  move(phases - 1, wanting, pace * p.rhythm);
  move(phases - 1, dormant, pace * (1 - p.rhythm) * (1 - p.deepShare));
  move(phases - 1, deep, pace * (1 - p.rhythm) * p.deepShare);
  move(dormant, browsing, (1 - p.direct) / p.returnDays, true);
  move(dormant, wanting, p.direct / p.returnDays, true);
  move(dormant, lost, 1 / p.lifetime);
  move(deep, browsing, (1 - p.direct) / p.deepDays, true);
  move(deep, wanting, p.direct / p.deepDays, true);
  move(deep, lost, 1 / p.lifetime);
  move(browsing, wanting, p.wantShare / p.browseDays, true);
  move(browsing, dormant, ((1 - p.wantShare) * (1 - p.deepShare)) / p.browseDays);
  move(browsing, deep, ((1 - p.wantShare) * p.deepShare) / p.browseDays);
  move(wanting, browsing, 0.3 / p.wantDays);
  move(wanting, dormant, 0.7 / p.wantDays);

  const after = names.map(() => 0);
  after[lost] = p.quit;
  after[wanting] = (1 - p.quit) * p.again;
  after[browsing] = (1 - p.quit) * (1 - p.again) * p.linger;
  after[0] = (1 - p.quit) * (1 - p.again) * (1 - p.linger);
  const initial = names.map(() => 0);
  initial[wanting] = p.arriveWanting;
  initial[browsing] = 1 - p.arriveWanting;
  return {
    type,
    weight,
    states: names.map((name) => stateFrom(p, name)),
    moves,
    afterPurchase: names.map(() => after),
    initial,
    lines: Math.max(1, p.lines),
  };
}

function stateFrom(p: Profile, name: StateName): State {
  const away = { visit: p.visitAway, buy: p.awayBuy, views: p.views * 0.4, stick: p.stickBrowsing * 0.5 };
  const byName: Record<StateName, { visit: number; buy: number; views: number; stick: number }> = {
    rest: { ...away, visit: p.visitResting },
    dormant: away,
    deep: { ...away, visit: p.visitAway * 0.2, buy: p.awayBuy * 0.2 },
    browsing: { visit: p.visitBrowsing, buy: p.browseBuy, views: p.views, stick: p.stickBrowsing },
    wanting: { visit: p.visitWanting, buy: p.wantBuy, views: p.views * p.wantViews, stick: p.stickWanting },
    lost: { visit: 0, buy: 0, views: 1, stick: 0 },
  };
  const lift = name === 'wanting' ? p.wantSigns : 1;
  const signs = Object.fromEntries(
    SIGNS.map((sign) => {
      const odds = (p.signs[sign] / (1 - p.signs[sign])) * lift;
      return [sign, odds / (1 + odds)];
    }),
  ) as Record<Sign, number>;
  return { name, ...byName[name], signs };
}

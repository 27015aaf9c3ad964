import { ARCHETYPES, type Archetype } from './archetypes.ts';
import type { Kind } from './kinds.ts';
import { chainFrom, type Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { ProfileRanges, Range } from './ranges.ts';
import { type Chain, SIGNS, type Sign } from './shop.ts';

const FICKLE: ReadonlySet<Archetype> = new Set(['guest', 'lurker', 'lapsing']);

/** User types scatter around the shop's own level; each has variants of other pace, intensity and loyalty. */
export function drawChains(kind: Kind, types: number, random: Random): Chain[] {
  const level = Object.fromEntries(
    Object.entries(kind.ranges).map(([name, range]) => [name, random.scale(...range)]),
  ) as Record<keyof ProfileRanges, number>;
  // Traits of a loyal public come together, more often than by chance.
  const loyalty = random.logNormal(1, kind.loyalty);
  level.returnDays /= loyalty;
  level.deepDays /= Math.sqrt(loyalty);
  level.lifetime *= loyalty;
  level.deepShare /= loyalty;
  level.quit /= loyalty;
  level.wantShare *= Math.sqrt(loyalty);
  const signs: Record<Sign, number> = {
    search: random.scale(0.03, 0.5),
    wishlist: random.scale(0.005, 0.12),
    cart: random.scale(0.003, 0.2),
    checkout: random.scale(0.001, 0.05),
  };
  const names = Object.keys(kind.archetypes) as Archetype[];
  const shares = names.map((name) => kind.archetypes[name]! / (FICKLE.has(name) ? loyalty ** 1.5 : 1));
  const scatter = kind.variety * random.between(0.15, 0.8);
  const spread = {
    pace: kind.variety * random.between(0.1, 1.3),
    views: kind.variety * random.between(0.1, 1),
    buy: kind.variety * random.between(0.1, 1.2),
  };
  const byOrder = random.chance(kind.orders);
  const weights = random.dirichlet(types, random.scale(0.7, 4));
  return weights.flatMap((weight, type) => {
    const profile = drawProfile(kind, names[random.weighted(shares)]!, level, signs, scatter, random);
    const variants = random.integer(2, 5);
    return Array.from({ length: variants }, () => {
      const pace = random.logNormal(1, spread.pace);
      const drive = random.logNormal(1, spread.buy);
      return chainFrom(
        bounded({
          ...profile,
          returnDays: profile.returnDays / pace,
          restDays: profile.restDays / Math.sqrt(pace),
          deepDays: profile.deepDays / Math.sqrt(pace),
          views: random.logNormal(profile.views, spread.views),
          wantShare: profile.wantShare * Math.sqrt(drive),
          wantBuy: profile.wantBuy * drive,
          browseBuy: profile.browseBuy * drive,
          awayBuy: profile.awayBuy * drive * Math.sqrt(pace),
          lifetime: random.logNormal(profile.lifetime, 0.5),
          lines: byOrder ? 1.02 : 1 + random.logNormal(profile.lines - 1, 0.5),
        }),
        type,
        weight / variants,
      );
    });
  });
}

function drawProfile(
  kind: Kind,
  archetype: Archetype,
  level: Record<keyof ProfileRanges, number>,
  signs: Record<Sign, number>,
  scatter: number,
  random: Random,
): Profile {
  const { times = {}, set = {} }: { times?: Partial<Record<string, number>>; set?: Partial<Record<string, Range>> } =
    ARCHETYPES[archetype];
  const drawn = Object.fromEntries(
    (Object.keys(kind.ranges) as (keyof ProfileRanges)[]).map((name) => {
      const instead = set[name];
      if (instead) return [name, random.scale(...instead)];
      return [name, random.logNormal(level[name], scatter) * (times[name] ?? 1)];
    }),
  ) as Record<keyof ProfileRanges, number>;
  const ownSigns = Object.fromEntries(SIGNS.map((sign) => [sign, random.logNormal(signs[sign], scatter)]));
  return { ...drawn, signs: ownSigns as Record<Sign, number> };
}

/** Holds shares below one and lengths above what a daily chain can show. */
function bounded(profile: Profile): Profile {
  const share = (value: number, most = 0.98) => Math.min(most, value);
  return {
    ...profile,
    direct: share(profile.direct),
    wantShare: share(profile.wantShare),
    rhythm: share(profile.rhythm),
    again: share(profile.again, 0.9),
    linger: share(profile.linger),
    quit: share(profile.quit, 0.995),
    deepShare: share(profile.deepShare),
    stickBrowsing: share(profile.stickBrowsing),
    stickWanting: share(profile.stickWanting),
    arriveWanting: share(profile.arriveWanting, 1),
    signs: Object.fromEntries(SIGNS.map((sign) => [sign, share(profile.signs[sign], 0.9)])) as Record<Sign, number>,
    restPhases: Math.min(6, profile.restPhases),
    views: Math.min(60, Math.max(1, profile.views)),
    browseDays: Math.max(0.7, profile.browseDays),
    wantDays: Math.max(0.7, profile.wantDays),
    lines: Math.max(1, profile.lines),
    wantBuy: Math.min(3, profile.wantBuy),
    browseBuy: Math.min(profile.browseBuy, profile.wantBuy * 0.7),
    awayBuy: Math.min(profile.awayBuy, profile.wantBuy * 0.2),
  };
}

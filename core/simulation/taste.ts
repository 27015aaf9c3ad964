import type { Random } from './random.ts';
import type { Shop } from './shop.ts';

/** Interests below this share of their first pull count as forgotten when a focus is sought. */
const FORGOTTEN = 1e-3;

/**
 * What a user's visible past says about the categories of a day to come. Within a day categories come from a Pólya
 * urn, which does not care about their order, so a log that knows only days has the same likelihood.
 */
export class TasteMemory {
  /** Days each category was touched on, less what purchases took away. */
  private readonly own = new Map<number, number>();
  private ownTotal = 0;
  /** Recent interest, in the currency of day 0: it is worth `fade ** day` of it on a later day. */
  private readonly interest = new Map<number, number>();
  private readonly fade: number;
  private readonly shop: Shop;

  constructor(shop: Shop) {
    this.shop = shop;
    this.fade = 0.5 ** (1 / shop.taste.halfLife);
  }

  /** The category the user is after: the most looked at of late, −1 for none. */
  focus(day: number): number {
    let best = -1;
    let most = FORGOTTEN / this.fade ** day;
    for (const [category, interest] of this.interest) {
      if (interest > most || (interest === most && category < best)) {
        best = category;
        most = interest;
      }
    }
    return best;
  }

  /** Takes in a day's categories: how often each was touched and bought. */
  add(day: number, touched: ReadonlyMap<number, number>, bought: ReadonlySet<number>): void {
    const worth = 1 / this.fade ** day;
    for (const [category, count] of touched) {
      const before = this.own.get(category) ?? 0;
      let after = before + 1;
      let interest = (this.interest.get(category) ?? 0) + worth * (1 + Math.log(count));
      if (bought.has(category)) {
        after *= this.shop.taste.afterPurchase;
        interest *= this.shop.taste.afterPurchase;
      }
      this.own.set(category, after);
      this.ownTotal += after - before;
      this.interest.set(category, interest);
    }
  }

  /** Weight of a category in the urn at the beginning of a day; all weights add up to `total()`. */
  private weight(category: number, focus: number): number {
    const { novelty, focus: share } = this.shop.taste;
    const weight = (this.own.get(category) ?? 0) + novelty * this.shop.categories[category]!.share;
    if (focus < 0) return weight;
    return (1 - share) * weight + (category === focus ? share * this.total() : 0);
  }

  private total(): number {
    return this.ownTotal + this.shop.taste.novelty;
  }

  /**
   * How much likelier a day's categories are when it centres on the focus than when it does not.
   * @param counts how often each category came that day
   */
  focusRatio(day: number, counts: ReadonlyMap<number, number>): number {
    const focus = this.focus(day);
    if (focus < 0) return 1;
    const { together } = this.shop.taste;
    let log = 0;
    for (const [category, count] of counts) {
      const centred = this.weight(category, focus);
      const free = this.weight(category, -1);
      for (let i = 0; i < count; i++) log += Math.log((centred + i * together) / (free + i * together));
    }
    return Math.exp(Math.min(log, 500));
  }

  /**
   * A sampler of one day's categories.
   * @param centred whether the day centres on the focus
   */
  dayUrn(day: number, centred: boolean, random: Random, shopDraw: () => number): () => number {
    const focus = centred ? this.focus(day) : -1;
    const { together, novelty, focus: share } = this.shop.taste;
    const today: number[] = [];
    return () => {
      let left = random.next() * (this.total() + together * today.length);
      let category = -1;
      if (left < together * today.length) category = today[Math.floor(left / together)]!;
      else if (focus >= 0 && random.chance(share)) category = focus;
      else {
        left = random.next() * this.total() - novelty;
        if (left >= 0) {
          for (const [candidate, weight] of this.own) {
            left -= weight;
            if (left < 0) {
              category = candidate;
              break;
            }
          }
        }
        if (category < 0) category = shopDraw();
      }
      today.push(category);
      return category;
    };
  }
}

/** Draws categories by their shares, by bisection. */
export function shareSampler(shop: Shop, random: Random): () => number {
  const cumulative = new Float64Array(shop.categories.length);
  let total = 0;
  for (const [i, { share }] of shop.categories.entries()) {
    total += share;
    cumulative[i] = total;
  }
  return () => {
    const target = random.next() * total;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

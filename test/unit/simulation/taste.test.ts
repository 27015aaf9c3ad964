import { createRandom } from '../../../core/simulation/random.ts';
import { TasteMemory } from '../../../core/simulation/taste.ts';
import { tinyShop } from '../../support/tiny-shop.ts';

// Novelty 2 over shares .6 and .4, one look at `a` before: weights 2.2 and 0.8 of 3; with the focus on `a` 80 % of all.
function rememberingOneLook(): TasteMemory {
  const memory = new TasteMemory(tinyShop());
  memory.add(0, new Map([[0, 1]]), new Set());
  return memory;
}

describe('the categories of a day', () => {
  it.each([
    ['one look at the focus', [[0, 1]], 2.84 / 2.2],
    ['one look elsewhere', [[1, 1]], 0.16 / 0.8],
    [
      'looks that make each other likelier',
      [
        [0, 2],
        [1, 1],
      ],
      (2.84 / 2.2) * (4.34 / 3.7) * (0.16 / 0.8),
    ],
  ] as [string, [number, number][], number][])('tell of a centred day by the urn: %s', (_, counts, ratio) => {
    expect(rememberingOneLook().focusRatio(1, new Map(counts))).toBeCloseTo(ratio, 10);
  });

  it('tell nothing while there is no focus', () => {
    expect(new TasteMemory(tinyShop()).focusRatio(0, new Map([[0, 3]]))).toBe(1);
  });

  it('are drawn as likely as the urn says', () => {
    const random = createRandom(3);
    const days = 20_000;
    const count = { centred: 0, free: 0 };
    for (let i = 0; i < days; i++) {
      for (const mode of ['centred', 'free'] as const) {
        const shopDraw = () => (random.chance(0.6) ? 0 : 1);
        const draw = rememberingOneLook().dayUrn(1, mode === 'centred', random, shopDraw);
        if (draw() === 0 && draw() === 0) count[mode]++;
      }
    }
    // Two looks at `a`, the second helped by the first: 1.5 more weight of 4.5.
    expect(count.centred / days).toBeCloseTo((2.84 / 3) * (4.34 / 4.5), 2);
    expect(count.free / days).toBeCloseTo((2.2 / 3) * (3.7 / 4.5), 2);
  });

  it('lose their pull by a purchase where nobody buys a thing twice', () => {
    const shop = tinyShop();
    const memory = new TasteMemory({ ...shop, taste: { ...shop.taste, afterPurchase: 0 } });
    memory.add(0, new Map([[0, 4]]), new Set());
    memory.add(1, new Map([[1, 1]]), new Set());
    expect(memory.focus(2)).toBe(0);
    memory.add(2, new Map([[0, 1]]), new Set([0]));
    expect(memory.focus(3)).toBe(1);
  });
});

import type { Random } from './random.ts';
import type { Category } from './shop.ts';

/** Departments of the demo shop with what is in them, most sold first. */
const READABLE: [string, string[], number][] = [
  ['shoes', ['running', 'sneakers', 'boots', 'sandals', 'hiking'], 80],
  ['jackets', ['rain', 'down', 'denim', 'fleece'], 120],
  ['shirts', ['t-shirts', 'polo', 'linen', 'flannel'], 30],
  ['trousers', ['jeans', 'chinos', 'shorts'], 55],
  ['dresses', ['summer', 'evening'], 70],
  ['bags', ['backpacks', 'tote', 'travel'], 65],
  ['sport', ['yoga', 'cycling', 'swimming'], 40],
  ['accessories', ['belts', 'hats', 'socks', 'sunglasses'], 20],
  ['kids', ['shoes', 'jackets', 'toys'], 30],
  ['home', ['bedding', 'lamps'], 45],
];

/** Categories anyone can read; shares fall by department and within it. */
export function readableCategories(): Category[] {
  const categories = READABLE.flatMap(([department, parts, price], i) => [
    { name: department, share: 0.5 / (i + 1), price },
    ...parts.map((part, j) => ({
      name: `${department}/${part}`,
      share: 1 / (i + 1) / (j + 1.5),
      price: price * (0.8 + 0.15 * j),
    })),
  ]);
  return normalised(categories);
}

/**
 * Categories of a shop nobody knows: numbered slugs with Zipf shares.
 * @param depth 1 for flat slugs, 2 for paths below some departments
 */
export function numberedCategories(count: number, exponent: number, depth: number, random: Random): Category[] {
  const departments = Math.max(1, Math.round(Math.sqrt(count)));
  const price = random.scale(3, 150);
  const categories = Array.from({ length: count }, (_, i) => ({
    name: depth === 1 ? `c${i + 1}` : `d${random.integer(1, departments)}/c${i + 1}`,
    share: (i + 1) ** -exponent,
    price: random.logNormal(price, 0.7),
  }));
  return normalised(categories);
}

/** What someone types to find a category: `shoes/running` is searched as `running shoes`. One term per category. */
export function searchTerm(category: string): string {
  return category.split('/').reverse().join(' ');
}

function normalised(categories: Category[]): Category[] {
  const total = categories.reduce((sum, { share }) => sum + share, 0);
  return categories.map((category) => ({ ...category, share: category.share / total }));
}

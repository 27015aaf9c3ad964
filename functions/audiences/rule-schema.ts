/** The rule of an audience as JSON: its schema, and what is wrong with one that does not fit. */
import * as z from 'zod';
import { LONGEST_CATEGORY } from '../../core/actions/category.ts';
import { findContradiction } from '../../core/audiences/contradictions.ts';
import { DEEPEST, MOST_BYTES, MOST_CONDITIONS, type Rule } from '../../core/audiences/rule.ts';
import { HORIZONS } from '../../core/model/contract.ts';
import { STAGES } from '../../core/profiles/stages.ts';
import { BANDS } from '../../core/scores.ts';

const share = (what: string) =>
  z
    .number({ error: `must be ${what} from 0 to 1` })
    .min(0)
    .max(1);
const days = (most: number) =>
  z
    .int({ error: `must be a whole number of days from 0 to ${most}` })
    .min(0, { error: `must be a whole number of days from 0 to ${most}` })
    .max(most, { error: `must be a whole number of days from 0 to ${most}` });

/** A range with a bound at least, the lower one first. */
const ordered = <Shape extends { min: z.ZodType; max: z.ZodType } & z.ZodRawShape>(object: z.ZodObject<Shape>) =>
  object.refine(
    (range) => {
      const { min, max } = range as { min?: number; max?: number };
      return min === undefined || max === undefined || min <= max;
    },
    { path: ['max'], error: 'must not be below min' },
  );

const conditions = {
  probability: ordered(
    z.strictObject({
      days: z.literal([...HORIZONS], { error: `must be one of ${HORIZONS.join(', ')}` }),
      min: share('a probability').optional(),
      max: share('a probability').optional(),
    }),
  ).meta({ description: 'P(purchase within so many days) is between min (0) and max (1), both included.' }),
  band: z
    .array(z.enum(BANDS, { error: `must be one of ${BANDS.join(', ')}` }))
    .min(1, { error: 'must name a band' })
    .meta({ description: 'One of these bands.' }),
  category: z
    .strictObject({
      name: z
        .string({ error: 'must be the name of a category' })
        .min(1, { error: 'must be the name of a category' })
        .max(LONGEST_CATEGORY, { error: `must have at most ${LONGEST_CATEGORY} characters` }),
      min: share('a probability').optional(),
    })
    .meta({
      description:
        'P(the next purchase is in this category or one below it) is above 0 and at least min. Names are as they stand in action words.',
    }),
  silence: ordered(z.strictObject({ min: days(90).optional(), max: days(90).optional() })).meta({
    description: 'Whole days since the last action, both days excluded.',
  }),
  stage: z
    .array(z.enum(STAGES, { error: `must be one of ${STAGES.join(', ')}` }))
    .min(1, { error: 'must name a stage' })
    .meta({ description: 'One of these stages.' }),
  bought: z
    .strictObject({ days: days(3_650).min(1, { error: 'must be a whole number of days from 1 to 3650' }) })
    .meta({ description: 'Bought on one of the last so many days before the day of the run.' }),
  consent: z
    .strictObject({ marketing: z.boolean({ error: 'must be true or false' }) })
    .meta({ description: 'true: agreed to marketing; false: did not, or was never asked.' }),
};

const several = () => z.array(z.lazy(() => rule)).min(1, { error: 'must hold a rule' });
const combinations = {
  all: several().meta({ description: 'Every one of these.' }),
  any: several().meta({ description: 'At least one of these.' }),
  not: z.lazy((): z.ZodType<Rule> => rule).meta({ description: 'Not this.' }),
};

const parts: Record<string, z.ZodType> = { ...combinations, ...conditions };

export const rule: z.ZodType<Rule> = z
  .union(Object.entries(parts).map(([name, schema]) => z.strictObject({ [name]: schema })))
  .meta({
    id: 'Rule',
    description: `One condition, or others combined; at most ${MOST_CONDITIONS} conditions, ${DEEPEST} levels deep, and ${MOST_BYTES} bytes as JSON.`,
    examples: [
      {
        all: [
          { probability: { days: 7, min: 0.2 } },
          { category: { name: 'shoes', min: 0.1 } },
          { not: { bought: { days: 14 } } },
          { consent: { marketing: true } },
        ],
      },
    ],
  }) as unknown as z.ZodType<Rule>;

export interface Fault {
  pointer: string;
  detail: string;
}

/** What is wrong with a rule, by field; none: it is one that somebody can match. */
export function faultsOf(value: unknown, pointer: string): Fault[] {
  const faults: Fault[] = [];
  const conditionsSeen = look(value, pointer, 1, faults);
  if (faults.length > 0) return faults;
  if (conditionsSeen > MOST_CONDITIONS)
    return [{ pointer, detail: `has ${conditionsSeen} conditions; a rule has at most ${MOST_CONDITIONS}` }];
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > MOST_BYTES) return [{ pointer, detail: `has ${bytes} bytes as JSON; a rule has at most ${MOST_BYTES}` }];
  const contradiction = findContradiction(value as Rule);
  if (!contradiction) return [];
  const other = contradiction.other === undefined ? undefined : `${pointer}${contradiction.other}`;
  const detail = other ? `leaves nobody together with ${other}` : 'leaves nobody';
  return [{ pointer: `${pointer}${contradiction.pointer}`, detail }];
}

/** @returns how many conditions there are */
function look(value: unknown, pointer: string, depth: number, faults: Fault[]): number {
  const names = Object.keys(parts).join(', ');
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const [key] = keys;
  if (keys.length !== 1 || key === undefined || !Object.hasOwn(parts, key)) {
    const detail = `must be an object with exactly one of ${names}`;
    faults.push({ pointer: key !== undefined && keys.length === 1 ? `${pointer}/${escaped(key)}` : pointer, detail });
    return 0;
  }
  const inner = (value as Record<string, unknown>)[key];
  const at = `${pointer}/${key}`;
  if (depth > DEEPEST) {
    faults.push({ pointer: at, detail: `is nested deeper than ${DEEPEST} levels` });
    return 0;
  }
  if (key === 'not') return look(inner, at, depth + 1, faults);
  if (key === 'all' || key === 'any') {
    if (!Array.isArray(inner) || inner.length === 0 || inner.length > MOST_CONDITIONS) {
      faults.push({ pointer: at, detail: `must be a list of 1 to ${MOST_CONDITIONS} rules` });
      return 0;
    }
    return inner.reduce((sum: number, part, i) => sum + look(part, `${at}/${i}`, depth + 1, faults), 0);
  }
  const result = parts[key]!.safeParse(inner);
  for (const issue of result.error?.issues ?? []) {
    const unknown = issue.code === 'unrecognized_keys' ? `/${escaped(issue.keys[0] ?? '')}` : '';
    const path = issue.path.map((part) => `/${escaped(String(part))}`).join('');
    faults.push({ pointer: `${at}${path}${unknown}`, detail: unknown ? 'is not known here' : issue.message });
  }
  return 1;
}

/** RFC 6901; what was sent is shown short. */
function escaped(part: string): string {
  return part.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Corrections that were learned, each kept with its evidence under the day that it was learned as of. */
import * as z from 'zod';
import type { Correction } from '../../core/corrections.ts';
import type { DemandErrors } from '../../core/demand/errors.ts';
import type { Evidence } from '../../core/learn-correction.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Drift } from '../../core/quality/drift.ts';
import type { Day } from '../../core/time.ts';
import { demandErrorsSchema } from '../nightly/state.ts';

export interface LearnedCorrection extends Correction {
  /** Nothing at or after this day's first instant taught it. */
  asOf: Day;
  /** The model whose forecasts it corrects; of no use to another's. */
  modelVersion: string;
  evidence: Evidence & { origins: Day[] };
  /** How far demand was off at the same origins; absent in what was learned before there was demand. */
  demandErrors?: DemandErrors;
  /** How far users did other things in the week before `asOf`; absent where too little was done to tell. */
  drift?: Drift;
}

const KIND = 'correction';

const count = z.number().int().nonnegative();
const schema = z.object({
  version: count,
  horizons: z.array(z.object({ days: count, slope: z.number(), intercept: z.number() })),
  asOf: z.string(),
  modelVersion: z.string(),
  evidence: z.object({
    origins: z.array(z.string()),
    users: count,
    horizons: z.array(z.object({ days: count, n: count, buyers: count, before: z.number(), after: z.number() })),
    reason: z.string().nullable(),
  }),
  demandErrors: z.optional(demandErrorsSchema),
  drift: z.optional(
    z.object({
      psi: z.number(),
      alarm: z.boolean(),
      from: z.string(),
      to: z.string(),
      words: z.array(z.object({ word: z.string(), before: z.number(), now: z.number() })),
    }),
  ),
});

/** Every correction learned, oldest first. */
export async function listCorrections(settings: SettingStore): Promise<LearnedCorrection[]> {
  const found = (await settings.list(KIND)).map(({ value }) => schema.parse(value) as LearnedCorrection);
  return found.sort((a, b) => (a.asOf < b.asOf ? -1 : a.asOf > b.asOf ? 1 : a.version - b.version));
}

/** The one that a run of a day may use: the latest learned as of that day or before it, of the same model. */
export function correctionFor(
  corrections: readonly LearnedCorrection[],
  day: Day,
  modelVersion: string,
): LearnedCorrection | undefined {
  return corrections.findLast((each) => each.modelVersion === modelVersion && each.asOf <= day);
}

/** A correction of a day and model replaces that of the same; those of other days stay. */
export async function putCorrection(settings: SettingStore, correction: LearnedCorrection): Promise<void> {
  await settings.put(KIND, `${correction.asOf} ${correction.modelVersion}`, correction);
}

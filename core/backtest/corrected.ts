/** What the product says of every user-origin once the shop's own past weeks have corrected the model. */
import type { Correction } from '../corrections.ts';
import { unpackForecast } from '../forecasts.ts';
import { hazardOf, within } from '../scores.ts';
import type { Day } from '../time.ts';
import type { Prediction } from './judge.ts';
import type { Population } from './population.ts';
import type { Said } from './say.ts';

/** Name of ours with the correction that each origin's run would have used. */
export const CORRECTED = 'corrected';

/** @param corrections of each origin */
export function correctedOf(
  said: Said,
  corrections: readonly Correction[],
  population: Population,
  { origins, horizons }: { origins: readonly Day[]; horizons: readonly number[] },
): Prediction {
  const probability = horizons.map(() => new Float64Array(population.rows));
  for (let row = 0; row < population.rows; row++) {
    const index = population.origin[row]!;
    const { packed, origin } = said.source[row]!;
    const asked = { originDay: origin, day: origins[index]!, correction: corrections[index]! };
    const hazard = hazardOf({ forecast: unpackForecast(packed), ...asked });
    for (const [h, horizon] of horizons.entries()) probability[h]![row] = within(hazard, horizon);
  }
  return { model: CORRECTED, seed: 'all', probability };
}

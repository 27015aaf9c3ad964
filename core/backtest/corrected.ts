/** What the product says of every user-origin once the shop's own past weeks have corrected the model. */
import type { Correction } from '../corrections.ts';
import { unpackForecast } from '../forecasts.ts';
import { HORIZONS } from '../model/contract.ts';
import { bandOf, hazardOf, within } from '../scores.ts';
import type { Day } from '../time.ts';
import type { Population } from './population.ts';
import type { Said } from './say.ts';

/** Name of ours with the correction that each origin's run would have used. */
export const CORRECTED = 'corrected';

/** @param models what each said, and its correction at each origin; the mean of their probabilities is told */
export function correctedOf(
  models: readonly { said: Said; corrections: readonly Correction[] }[],
  { rows, origin }: Population,
  origins: readonly Day[],
): Pick<Said, 'probability' | 'band'> {
  const probability = HORIZONS.map(() => new Float64Array(rows));
  const band: Said['band'] = [];
  for (let row = 0; row < rows; row++) {
    const index = origin[row]!;
    for (const { said, corrections } of models) {
      const { packed, origin: originDay } = said.source[row]!;
      const forecast = unpackForecast(packed);
      const hazard = hazardOf({ forecast, originDay, day: origins[index]!, correction: corrections[index]! });
      for (const [h, horizon] of HORIZONS.entries()) probability[h]![row]! += within(hazard, horizon) / models.length;
    }
    const own = probability.map((p) => p[row]!);
    band.push(bandOf(own, models[0]!.said.theta[index]!));
  }
  return { probability, band };
}

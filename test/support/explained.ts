/** Explanations of whole logs by the model in this process, as the timing function gives them for one user. */
import { loadModel } from '../../adapters/onnx.ts';
import type { Action } from '../../core/actions/action.ts';
import { IDENTITY } from '../../core/corrections.ts';
import type { Bundle, Scorer } from '../../core/model/contract.ts';
import { probabilitiesOf } from '../../core/reasons/ask.ts';
import { type AskModel, type ExplainInput, type Explanation, explain } from '../../core/reasons/reasons.ts';
import { collapse } from '../../core/sequences.ts';
import { createShopTally, SHOP_STATISTICS, userDaysOf } from '../../core/shop-statistics.ts';
import { type Day, dayNumber, type Zone } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { BUNDLE } from './shop.ts';

export interface Explainer {
  /** @param actions of one user in sequence order; those from the day on are not used */
  explain(actions: readonly Action[]): Promise<Explained>;
}

export interface Explained extends Explanation {
  input: ExplainInput;
  ask: AskModel;
  seconds: number;
}

export type Model = Scorer & { bundle: Bundle };

export function loadShippedModel(): Promise<Model> {
  return loadModel(BUNDLE, 2);
}

/** Explains users of a shop as of the first instant of a day. */
export function explainerOf(model: Model, users: readonly (readonly Action[])[], day: Day, zone: Zone): Explainer {
  const tally = createShopTally(dayNumber(day) - 1);
  const instant = zone.startOf(day);
  for (const actions of users) {
    const known = actions.filter(({ at }) => at < instant);
    if (known.length > 0) tally.addDays(userDaysOf(known, zone));
  }
  const shop = tally.vector();
  const { manifest, vocabulary } = model.bundle;
  const ask = probabilitiesOf(model, {
    shop,
    origin: zone.wallClock(instant),
    edges: manifest.bins,
    vocabulary: createVocabulary(vocabulary),
    correction: IDENTITY,
    days: 7,
  });
  return {
    async explain(actions) {
      const known = actions.filter(({ at }) => at < instant);
      const input = {
        positions: collapse(known, zone),
        today: dayNumber(day),
        average: 1 / (1 + Math.exp(-shop[SHOP_STATISTICS.indexOf('logit_bought_7d_one_week_ago')]!)),
      };
      const started = performance.now();
      const explanation = await explain(input, ask);
      return { ...explanation, input, ask, seconds: (performance.now() - started) / 1000 };
    },
  };
}

/** Judges a bundle on a sample of the shop, beside the live one. */
import type { Action } from '../../core/actions/action.ts';
import { logOf } from '../../core/backtest/population.ts';
import type { Bundle, Scorer } from '../../core/model/contract.ts';
import type { ActionStore } from '../../core/ports/actions.ts';
import type { BundleStore } from '../../core/ports/objects.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { UserStore } from '../../core/ports/users.ts';
import { evidenceOf, GATE_DAYS, gateOrigins, NotJudged, TRAINING_DAYS } from '../../core/promotion/evidence.ts';
import { type GateVerdict, gate } from '../../core/promotion/gate.ts';
import { ACTIVE_DAYS } from '../../core/scores.ts';
import { addDays, type Zone } from '../../core/time.ts';
import { readSample } from '../nightly/sample.ts';
import { ChangeRefused } from './live-model.ts';

export interface JudgeDependencies {
  clock: Clock;
  zone: Zone;
  actions: Pick<ActionStore, 'read'>;
  users: Pick<UserStore, 'inShard'>;
  bundles: BundleStore;
  load(bundle: Bundle): Promise<Scorer>;
  progress(text: string): void;
}

/** What is read at most: users, and about so many actions of them. */
export const JUDGED = { users: 2_000, actions: 1_000_000 } as const;

/** What the gate says of a stored bundle, as of today's first instant. What it cannot judge it refuses, and says why. */
export async function judge(deps: JudgeDependencies, version: string): Promise<GateVerdict> {
  const { zone, bundles, load, progress } = deps;
  const [candidate, current] = await Promise.all([bundles.of(version), bundles.live()]);
  if (candidate.manifest.version === current.manifest.version) throw new ChangeRefused(`${version} is live already`);
  const until = zone.dayOf(deps.clock());
  try {
    gateOrigins([candidate, current], until);
    const byUser = new Map<string, Action[]>();
    let read = 0;
    const sample = {
      before: until,
      earliest: addDays(until, -GATE_DAYS - ACTIVE_DAYS - TRAINING_DAYS),
      limit: JUDGED.users,
      enough: () => read >= JUDGED.actions,
    };
    await readSample(deps, sample, (user, actions) => {
      byUser.set(user, actions);
      read += actions.length;
      progress(`${byUser.size} users read`);
    });
    if (byUser.size === 0) throw new NotJudged('nobody is there to judge by');
    const contender = async (bundle: Bundle) => ({ bundle, scorer: await load(bundle) });
    return gate(
      await evidenceOf({
        ...{ log: logOf(byUser, zone), zone, until, progress },
        ...{ candidate: await contender(candidate), current: await contender(current) },
      }),
    );
  } catch (error) {
    if (error instanceof NotJudged) return { passes: false, said: [`refused: ${error.message}`] };
    throw error;
  }
}

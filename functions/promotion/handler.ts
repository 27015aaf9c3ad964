/** Promotion, rollback and watch on AWS: called by `npm run promote -- --stage`, by the training and by a schedule. */
import { BundleRefused, storedVersions, takeBundle } from '../../adapters/bundles.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { Log } from '../../core/ports/surroundings.ts';
import type { Change } from '../../core/promotion/changes.ts';
import { type JudgeDependencies, judge } from './judge.ts';
import { ChangeRefused, type LiveHistory, liveHistory, promote, rollBack } from './live-model.ts';
import { type WatchDependencies, watch } from './watch.ts';

export interface PromotionDependencies extends JudgeDependencies, Omit<WatchDependencies, 'bundles'> {
  log: Log;
  objects: ObjectStore;
  environment: { OBJECTS: string };
}

export type PromotionInput =
  | { do: 'history' }
  /** `trained`: URI of what a training job left, which is stored first; else the version of a stored bundle. */
  | { do: 'promote'; version?: string; trained?: string; by: string; why: string; force?: boolean }
  | { do: 'rollback'; version?: string; by: string; why: string }
  | { do: 'watch' };

export interface PromotionReply {
  /** Why nothing was changed, in words; absent where it was. */
  refused?: string;
  /** What the gate said. */
  gate?: string[];
  change?: Change;
  /** With the versions that are stored, and the address of the store. */
  history?: LiveHistory & { stored: string[]; objects: string };
}

export function createHandler(deps: PromotionDependencies): (input: PromotionInput) => Promise<PromotionReply> {
  const carryOut = async (input: PromotionInput): Promise<PromotionReply> => {
    switch (input.do) {
      case 'history':
        return {
          history: {
            ...(await liveHistory(deps)),
            stored: await storedVersions(deps.objects),
            objects: deps.environment.OBJECTS,
          },
        };
      case 'watch': {
        const change = await watch(deps);
        if (change) deps.log.warn('the model that was promoted went back', { ...change });
        return change ? { change } : {};
      }
      case 'rollback':
        return { change: await rollBack(deps, input) };
      case 'promote': {
        const { by, why, force = false, trained } = input;
        const version = trained ? await takeBundle(trained, deps.objects) : input.version!;
        const { passes, said } = await judge(deps, version);
        deps.log.info('the gate was asked', { version, passes, said });
        if (!passes && !force) return { refused: `the gate refuses ${version}`, gate: said };
        return { gate: said, change: await promote(deps, version, { by, why, forced: !passes, gate: said }) };
      }
    }
  };
  return async (input) => {
    try {
      return await carryOut(input);
    } catch (error) {
      if (error instanceof ChangeRefused || error instanceof BundleRefused) return { refused: error.message };
      throw error;
    }
  };
}

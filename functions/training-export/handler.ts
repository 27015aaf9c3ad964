/** The first step of a training: a sample of the shop as training data, up to the weeks that the gate will judge by. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NothingToLearn, writeTrainingSet } from '../../adapters/training-set.ts';
import { createActionLogBuilder } from '../../core/action-log.ts';
import type { BundleStore, ObjectStore } from '../../core/ports/objects.ts';
import type { Clock, Log } from '../../core/ports/surroundings.ts';
import { GATE_DAYS } from '../../core/promotion/evidence.ts';
import { ACTIVE_DAYS } from '../../core/scores.ts';
import { addDays, type Day } from '../../core/time.ts';
import { readSample, type SampledShop } from '../nightly/sample.ts';

export interface TrainingExportDependencies extends SampledShop {
  clock: Clock;
  log: Log;
  objects: ObjectStore;
  bundles: Pick<BundleStore, 'live'>;
  newId: () => string;
}

export type TrainingExportReply =
  /** `name`: of this training, and of the folder below `training/` that holds its data. */
  | { enough: true; name: string; until: Day; users: number; actions: number; from: string }
  | { enough: false; why: string };

/** What is read at most: users, and about so many actions of them, which fit into the memory of the function. */
export const EXPORTED = { users: 20_000, actions: 6_000_000 } as const;

export function createHandler(deps: TrainingExportDependencies): () => Promise<TrainingExportReply> {
  return async () => {
    const until = addDays(deps.zone.dayOf(deps.clock()), -GATE_DAYS);
    const log = createActionLogBuilder();
    let read = 0;
    const sample = {
      before: until,
      earliest: '1970-01-01',
      limit: EXPORTED.users,
      enough: () => read >= EXPORTED.actions,
    };
    await readSample(deps, sample, (user, actions) => {
      for (const action of actions) log.add(user, action);
      read += actions.length;
    });
    const folder = await mkdtemp(join(tmpdir(), 'training-'));
    try {
      const options = { until, activeDays: ACTIVE_DAYS, seed: 0 };
      const { users, actions } = writeTrainingSet({ log: log.finish(), zone: deps.zone }, folder, options);
      const name = `${until}-${deps.newId().slice(0, 8)}`;
      for (const file of await readdir(folder))
        await deps.objects.put(`training/${name}/data/${file}`, await readFile(join(folder, file)));
      const from = (await deps.bundles.live()).manifest.version;
      deps.log.info('training data written', { name, until, users, actions });
      return { enough: true, name, until, users, actions, from };
    } catch (error) {
      if (error instanceof NothingToLearn) return { enough: false, why: error.message };
      throw error;
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

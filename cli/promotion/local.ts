/** The models of a data folder: what is live, what is stored, and how that is changed. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { storeBundle, storedVersions } from '../../adapters/bundles.ts';
import type { Change } from '../../core/promotion/changes.ts';
import { type Asked, type LiveHistory, liveHistory, promote, rollBack } from '../../functions/promotion/live-model.ts';
import { withStore } from '../../local/store-access.ts';
import { type Context, Failure } from '../framework.ts';

export interface Models {
  history(): Promise<LiveHistory>;
  /** Versions that can be promoted. */
  stored(): Promise<string[]>;
  /** Stores the bundle of a folder, unless it is a version already. @returns its version */
  bring(bundle: string): Promise<string>;
  promote(version: string, asked: Asked & { forced: boolean; gate: string[] }): Promise<Change>;
  rollBack(asked: Asked & { version?: string | undefined }): Promise<Change>;
}

/** @throws Failure for a folder without a shop, or a system whose bundle is fixed by `--bundle` */
export function withLocalModels<T>(context: Context, data: string, use: (models: Models) => Promise<T>): Promise<T> {
  return withStore(data, { mustExist: true, model: false, progress: context.progress }, async (deps) => {
    const { objects, environment } = deps;
    const models = { ...deps, newId: randomUUID };
    if (environment.BUNDLE_FIXED)
      throw new Failure(
        `the system that runs on ${data} was started with --bundle, which stays live`,
        'start it without, then change what is live',
      );
    /** What is live without having been promoted must be there when somebody wants to go back to it. */
    const keepShipped = async () => {
      if (environment.BUNDLE.startsWith('file:')) await storeBundle(environment.BUNDLE.slice('file:'.length), objects);
    };
    return use({
      history: () => liveHistory(deps),
      stored: () => storedVersions(objects),
      async bring(bundle) {
        const folder = context.resolve(bundle);
        if (existsSync(join(folder, 'manifest.json'))) return (await storeBundle(folder, objects)).manifest.version;
        const stored = await storedVersions(objects);
        if (stored.includes(bundle)) return bundle;
        const has = stored.length > 0 ? `; stored are ${stored.join(', ')}` : '';
        throw new Failure(`${bundle} is neither the folder of a bundle nor a version that is stored${has}`);
      },
      async promote(version, asked) {
        await keepShipped();
        return promote(models, version, asked);
      },
      rollBack: (asked) => rollBack(models, asked),
    });
  });
}

/** How commands reach the store of a data folder: through the system that runs on it, or by opening it themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTables } from '../adapters/dynamo/tables.ts';
import { createDependencies, type Dependencies } from '../functions/wiring.ts';
import { isDataFolder, openDataFolder, prepareDataFolder } from './data-folder.ts';
import { Failure } from './failure.ts';
import { currentHolder, type Holder, type Lock, takeLock } from './lock.ts';
import { applyEnvironment, environmentOf, openParts } from './system.ts';

export interface StoreOptions {
  /** For a folder made now; refused when an existing one has another. */
  timeZone?: string;
  /** Bundle of the model endpoint when no system is running; absent: the shipped one. */
  bundle?: string;
  /** false: the command asks no model, and none is started for it. */
  model?: boolean;
  /** true: a folder without a shop is refused instead of made. */
  mustExist?: boolean;
  progress?: (text: string) => void;
}

const WAIT_MS = 15 * 60_000;
const OPENING_MS = 30_000;

/**
 * Runs `use` with the dependencies of a data folder. Sets `process.env` for the folder, so a process serves one folder.
 * While another command has the folder open, waits for it.
 * @param dataFolder absolute path
 * @throws Failure for a missing, unwritable or damaged folder
 */
export async function withStore<T>(
  dataFolder: string,
  options: StoreOptions,
  use: (deps: Dependencies) => Promise<T>,
): Promise<T> {
  if (options.mustExist && !isDataFolder(dataFolder)) {
    throw new Failure(`there is no shop in ${dataFolder}`, 'import its actions first, or name its folder with --data');
  }
  prepareDataFolder(dataFolder);
  const access = await attachOrLock(dataFolder, options);
  if ('holder' in access) return useRunning(dataFolder, access.holder, options, use);
  return useEmbedded(dataFolder, access, options, use);
}

async function attachOrLock(path: string, options: StoreOptions): Promise<Lock | { holder: Holder }> {
  const start = Date.now();
  for (;;) {
    const taken = await takeLock(path, 'command');
    if (!('holder' in taken)) return taken;
    const { kind, storePort, endpointPort, pid } = taken.holder;
    if (kind === 'system' && storePort !== undefined && endpointPort !== undefined) return taken;
    const waited = Date.now() - start;
    if (waited > (kind === 'system' ? OPENING_MS : WAIT_MS)) {
      throw new Failure(`the data folder ${path} is used by process ${pid}`, 'wait for it to end, or stop it');
    }
    if (waited > 1_000) options.progress?.(`waiting for process ${pid}, which uses ${path}`);
    await sleep(200);
  }
}

async function useRunning<T>(
  path: string,
  holder: Holder,
  options: StoreOptions,
  use: (deps: Dependencies) => Promise<T>,
): Promise<T> {
  const folder = openDataFolder(path, options.timeZone);
  if (options.bundle && !(holder.bundleFixed && options.bundle === holder.bundle)) {
    const uses = holder.bundleFixed ? `the bundle ${holder.bundle}` : 'the live bundle';
    throw new Failure(`the system running on ${path} uses ${uses}`, 'stop it, or omit --bundle');
  }
  const { storePort = 0, endpointPort, bundle = '', bundleFixed = false } = holder;
  applyEnvironment(environmentOf(folder, { storePort, endpointPort, bundle, bundleFixed }));
  try {
    return await use(await createDependencies(process.env));
  } catch (error) {
    if (error instanceof Failure || (await currentHolder(path))?.token === holder.token) throw error;
    throw new Failure(`the system running on ${path} stopped`, 'run the command again', { cause: error });
  }
}

async function useEmbedded<T>(
  path: string,
  lock: Lock,
  options: StoreOptions,
  use: (deps: Dependencies) => Promise<T>,
): Promise<T> {
  const interrupted = (signal: NodeJS.Signals) => {
    lock.release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const folder = openDataFolder(path, options.timeZone);
    const parts = await openParts(folder, lock, options);
    try {
      applyEnvironment(environmentOf(folder, parts));
      await createTables();
      return await Promise.race([use(await createDependencies(process.env)), parts.failed]);
    } finally {
      await parts.close();
    }
  } finally {
    process.removeListener('SIGINT', interrupted);
    process.removeListener('SIGTERM', interrupted);
    lock.release();
  }
}

/** Changes which model is live, and remembers how. */
import { readStoredBundle } from '../../adapters/bundles.ts';
import type { BundleStore, ObjectStore } from '../../core/ports/objects.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import { type Change, historyOf, LIVE, type LiveModel, versionsBelow } from '../../core/promotion/changes.ts';

export interface LiveModelDependencies {
  clock: Clock;
  settings: SettingStore;
  objects: ObjectStore;
  bundles: Pick<BundleStore, 'live'>;
  newId: () => string;
}

/** What is asked for cannot be; the message says why, in words for whoever asked. */
export class ChangeRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChangeRefused';
  }
}

const CHANGES = 'model-change';

export interface Asked {
  by: string;
  why: string;
}

export interface LiveHistory {
  /** null: no bundle is there at all. */
  version: string | null;
  /** Oldest first. */
  changes: Change[];
}

/** What is live, and every change that led to it. */
export async function liveHistory(deps: Pick<LiveModelDependencies, 'settings' | 'bundles'>): Promise<LiveHistory> {
  const [live, kept] = await Promise.all([
    deps.settings.get<LiveModel>(LIVE.kind, LIVE.name),
    deps.settings.list<Change>(CHANGES),
  ]);
  const all = kept.map(({ value }) => value);
  return { version: live?.version ?? (await shippedVersion(deps)), changes: historyOf(all, live?.change ?? null) };
}

/** Makes a stored bundle the live one. @throws BundleRefused, ChangeRefused */
export async function promote(
  deps: LiveModelDependencies,
  version: string,
  asked: Asked & { forced: boolean; gate: string[] },
): Promise<Change> {
  await readStoredBundle(version, deps.objects);
  return change(deps, { ...asked, what: 'promotion', version });
}

/**
 * Goes back to the version that was live before, or to a given one. Nothing is judged: what it goes back to was live.
 * @throws BundleRefused, ChangeRefused
 */
export async function rollBack(
  deps: LiveModelDependencies,
  asked: Asked & { version?: string | undefined },
): Promise<Change> {
  const { version: live, changes } = await liveHistory(deps);
  const before = versionsBelow(changes);
  const version = asked.version ?? before.at(-1);
  if (version === undefined) throw new ChangeRefused(`${live ?? 'nothing'} is live, and nothing was live before it`);
  const known = [...before, ...changes.map((one) => one.version)];
  if (version !== live && !known.includes(version))
    throw new ChangeRefused(
      `${version} was never live${known.length > 0 ? `; these were: ${[...new Set(known)].join(', ')}` : ''}`,
    );
  await readStoredBundle(version, deps.objects);
  const { by, why } = asked;
  return change(deps, { by, why, forced: false, gate: [], what: 'rollback', version });
}

/** First it is written down, then it becomes true, in one write: a process that ends in between has changed nothing. */
async function change(
  deps: LiveModelDependencies,
  asked: Pick<Change, 'what' | 'version' | 'by' | 'why' | 'forced' | 'gate'>,
): Promise<Change> {
  const live = await deps.settings.get<LiveModel>(LIVE.kind, LIVE.name);
  const from = live?.version ?? (await shippedVersion(deps));
  if (from === asked.version) throw new ChangeRefused(`${asked.version} is live already`);
  const at = new Date(deps.clock()).toISOString();
  const made: Change = { ...asked, name: `${at} ${deps.newId()}`, at, from, before: live?.change ?? null };
  await deps.settings.put(CHANGES, made.name, made);
  const next: LiveModel = { version: made.version, change: made.name };
  if (await deps.settings.replace(LIVE.kind, LIVE.name, live, next)) return made;
  throw new ChangeRefused('another change of the live model came in between; look at what is live now');
}

/** Of the bundle that is live without anybody's having promoted it. */
async function shippedVersion({ bundles }: Pick<LiveModelDependencies, 'bundles'>): Promise<string | null> {
  return bundles.live().then(
    ({ manifest }) => manifest.version,
    () => null,
  );
}

/** Which model is live and how it came to be: promotions and rollbacks, each naming the one before it. */

/** The one setting that every function resolves. Written in one step, so that one version is live at any moment. */
export const LIVE = { kind: 'model', name: 'live' } as const;

export interface LiveModel {
  version: string;
  /** Name of the change that made it live; null: a deployment's first. */
  change: string | null;
}

export interface Change {
  /** Sorts by time. */
  name: string;
  what: 'promotion' | 'rollback';
  version: string;
  /** The version that was live before; null where none was. */
  from: string | null;
  /** The change before; null for the first. */
  before: string | null;
  /** ISO 8601, UTC. */
  at: string;
  by: string;
  why: string;
  /** It was made although the gate refused, or without asking it. */
  forced: boolean;
  /** What the gate said, in words; empty for one that it was not asked about. */
  gate: string[];
}

/**
 * The changes that led to what is live, oldest first. One that was written down but not carried out, since its process
 * ended in between, leads nowhere and is left out.
 */
export function historyOf(changes: readonly Change[], last: string | null): Change[] {
  const byName = new Map(changes.map((change) => [change.name, change]));
  const history: Change[] = [];
  for (let change = byName.get(last ?? ''); change; change = byName.get(change.before ?? '')) history.push(change);
  return history.reverse();
}

/** Versions that a rollback can go back to, the nearest last: promotions put on top, rollbacks take off down to theirs. */
export function versionsBelow(history: readonly Change[]): string[] {
  const versions = history[0]?.from ? [history[0].from] : [];
  for (const { what, version } of history) {
    const there = versions.lastIndexOf(version);
    if (what === 'rollback' && there >= 0) versions.length = there + 1;
    else if (versions.at(-1) !== version) versions.push(version);
  }
  return versions.slice(0, -1);
}

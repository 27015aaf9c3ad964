/**
 * Carries out the requests of privacy that wait, all together: each place is searched once for the users of all of
 * them. Every step may be repeated, so a call that was cut off is continued by the next one; the schedule calls it
 * again until nothing waits.
 */
import { randomUUID } from 'node:crypto';
import type { ErasureStore, TablePlace } from '../../core/erasure/ports.ts';
import { deletes, isProven, type Pass, type Regulation, suppresses } from '../../core/erasure/regulation.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SuppressionStore } from '../../core/ports/suppressions.ts';
import type { Clock, Log } from '../../core/ports/surroundings.ts';
import type { LinkStore } from '../../core/ports/users.ts';
import { addDays, type Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';
import type { Environment } from '../environment.ts';
import { getFinish, getPlan } from '../nightly/state.ts';
import { createFilePlace } from './files.ts';
import { idsOf } from './persons.ts';
import { replayErasures, restoredInstant } from './replay.ts';

export interface EraseDependencies {
  environment: Pick<Environment, 'SUPPRESSION_SECONDS'>;
  clock: Clock;
  zone: Zone;
  log: Log;
  erasures: ErasureStore;
  suppressions: SuppressionStore;
  digest: (user: string) => string;
  links: Pick<LinkStore, 'get'>;
  tablePlaces: TablePlace[];
  objects: ObjectStore;
  runs: RunStore;
}

export interface EraseEvent {
  /** The instant that tables were restored to: what was erased since then is erased again. */
  restoredTo?: string;
}

export interface EraseReply {
  finished: number;
  waiting: number;
  /** Another process is at it. */
  busy: boolean;
  /** Ids that a restored table had brought back. */
  again?: number;
}

const USERS_AT_ONCE = 16;
/** A process that was cut off holds the lease no longer than its function may run. */
const LEASE_MS = 16 * 60_000;
/** A run that takes longer was given up. */
const LONGEST_RUN_MS = 3 * 3_600_000;
/** Of a request that takes many passes the first and the latest are kept. */
const KEPT_PASSES = 10;

export function createHandler(deps: EraseDependencies): (event?: EraseEvent) => Promise<EraseReply> {
  return async ({ restoredTo } = {}) => {
    if (restoredTo === undefined) return carryOut(deps);
    const again = await replayErasures(deps, restoredInstant(restoredTo));
    return { ...(await carryOut(deps)), again };
  };
}

async function carryOut(deps: EraseDependencies): Promise<EraseReply> {
  const waiting = await deps.erasures.waiting();
  if (waiting.length === 0) return { finished: 0, waiting: 0, busy: false };
  const holder = randomUUID();
  const now = deps.clock();
  if (!(await deps.erasures.takeLease(holder, now, now + LEASE_MS)))
    return { finished: 0, waiting: waiting.length, busy: true };
  try {
    const finished = await work(deps, waiting);
    return { finished, waiting: waiting.length - finished, busy: false };
  } finally {
    await deps.erasures.dropLease(holder);
  }
}

/** @returns how many requests are finished now */
async function work(deps: EraseDependencies, ids: readonly string[]): Promise<number> {
  let finished = 0;
  const open: { regulation: Regulation; users: string[] }[] = [];
  for (const id of ids) {
    const regulation = await deps.erasures.get(id);
    if (!regulation) continue;
    const users = await resolve(deps, regulation);
    if (deletes(regulation.type)) open.push({ regulation, users });
    else {
      await finish(deps, regulation);
      finished++;
    }
  }
  if (open.length === 0) return finished;
  const quiet = !(await isRunning(deps));
  const pass = await search(deps, new Set(open.flatMap(({ users }) => users)), open.length);
  for (const { regulation } of open) {
    regulation.passes.push(pass);
    if (regulation.passes.length > KEPT_PASSES) regulation.passes.splice(1, 1);
    // Whoever asked before the suppression was known everywhere has been answered by then.
    const settledAt = regulation.resolvedAt! + 2_000 * deps.environment.SUPPRESSION_SECONDS;
    if (quiet && isProven(regulation, settledAt)) {
      await finish(deps, regulation);
      finished++;
    } else await deps.erasures.put(regulation);
  }
  return finished;
}

/**
 * All ids of the persons that a request names: kept with it before anything is removed, since the links are removed,
 * too. Suppresses them, or ends their suppression.
 */
async function resolve(deps: EraseDependencies, regulation: Regulation): Promise<string[]> {
  const named = await deps.erasures.users(regulation.id);
  if (regulation.resolvedAt !== undefined) return named;
  const { type, id } = regulation;
  const persons = await concurrently(named, USERS_AT_ONCE, (user) => idsOf(deps.links, user));
  const users = [...new Set(persons.flat())];
  await deps.erasures.putUsers(id, users);
  if (suppresses(type)) await deps.suppressions.add(users.map(deps.digest));
  if (type === 'UNSUPPRESS') await deps.suppressions.remove(await formerDigests(deps, users));
  if (deletes(type))
    await concurrently(persons, USERS_AT_ONCE, async (person) => {
      const digests = person.map(deps.digest);
      for (const digest of digests) {
        const others = digests.filter((other) => other !== digest);
        await deps.erasures.noteErased(digest, { at: regulation.createdAt, regulation: id, with: others });
      }
    });
  regulation.status = 'RUNNING';
  regulation.resolvedAt = deps.clock();
  await deps.erasures.put(regulation);
  return users;
}

/** Those of the users, and of the ids that were erased with them: their links are gone. */
async function formerDigests({ erasures, digest }: EraseDependencies, users: readonly string[]): Promise<string[]> {
  const digests = users.map(digest);
  const notes = await concurrently(digests, USERS_AT_ONCE, (one) => erasures.erased(one));
  return [...new Set([...digests, ...notes.flatMap((note) => note?.with ?? [])])];
}

async function search(deps: EraseDependencies, users: ReadonlySet<string>, requests: number): Promise<Pass> {
  const startedAt = deps.clock();
  const removed: Record<string, number> = {};
  for (const place of [...deps.tablePlaces, createFilePlace(deps)]) removed[place.name] = await place.remove(users);
  deps.log.info('erased', { requests, ids: users.size, removed });
  return { startedAt, finishedAt: deps.clock(), requests, removed };
}

async function finish(deps: EraseDependencies, regulation: Regulation): Promise<void> {
  await deps.erasures.finish({ ...regulation, status: 'FINISHED', finishedAt: deps.clock() });
}

/** A nightly run may hold users that it read before they were erased, and write them when it comes to it. */
async function isRunning({ runs, zone, clock }: EraseDependencies): Promise<boolean> {
  const today = zone.dayOf(clock());
  for (const day of [today, addDays(today, -1)]) {
    const plan = await getPlan(runs, day);
    if (!plan || clock() - plan.startedAt > LONGEST_RUN_MS) continue;
    if ((await getFinish(runs, day))?.attempt !== plan.attempt) return true;
  }
  return false;
}

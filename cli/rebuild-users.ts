/** The table Users made again from Actions and Links, of what these know: it may be called at any time, and again. */
import type { DynamoClient } from '../adapters/dynamo/client.ts';
import { scanItems } from '../adapters/dynamo/scan.ts';
import { complete, rootOf } from '../core/identity/merge.ts';
import type { Day } from '../core/time.ts';
import { concurrently } from '../functions/concurrently.ts';
import type { Dependencies } from '../functions/wiring.ts';

type RebuildDependencies = Pick<
  Dependencies,
  'environment' | 'users' | 'mergedUsers' | 'links' | 'pseudonyms' | 'zone' | 'clock'
>;

const AT_ONCE = 16;
const WAVE = 1_000;

/**
 * @param ids the shop's ids, as far as they are known; another user is called by its pseudonym, as in an address of the
 *   API (`~9f2c…`)
 * @returns users with actions, ids that were merged into others, and how many users have their id
 */
export async function rebuildUsers(
  deps: RebuildDependencies,
  client: DynamoClient,
  ids: Iterable<string>,
  progress: (text: string) => void,
): Promise<{ users: number; merged: number; named: number }> {
  const { users, links, mergedUsers, pseudonyms, zone, clock } = deps;
  const idOf = new Map([...ids].map((id) => [pseudonyms.pseudonym(id), id]));
  const encryptedId = (user: string) => () => pseudonyms.encrypt(idOf.get(user) ?? `~${user}`);
  const today = zone.dayOf(clock());
  const counts = { users: 0, merged: 0, named: 0 };
  const prefix = deps.environment.TABLE_PREFIX;

  await inWaves(daysOfUsers(client, prefix), async ({ user, first, last }) => {
    await users.touch({ user, encryptedId: encryptedId(user), first, last, today });
    counts.users++;
    if (idOf.has(user)) counts.named++;
    progress(`${counts.users} users`);
  });
  // What is merged is read as its user's from then on, and has no row of its own.
  await inWaves(scanItems(client, `${prefix}Links`, ['id']), async (item) => {
    const link = await links.get(String(item.id));
    if (link.to === undefined || !link.done) return;
    const { id: root } = await rootOf(links, link.id);
    await complete({ links, users: { ...users, ...mergedUsers } }, { encryptedId: encryptedId(root), today }, link);
    counts.merged++;
  });
  return counts;
}

/** First and last day of each user's actions. A scan gives the items of a user one after another. */
async function* daysOfUsers(client: DynamoClient, prefix: string) {
  let of: { user: string; first: Day; last: Day } | undefined;
  for await (const { user, dayChunk } of scanItems(client, `${prefix}Actions`, ['user', 'dayChunk'])) {
    const day = String(dayChunk).split('#', 1)[0]!;
    if (of && of.user !== user) yield of;
    const days: Day[] = of && of.user === user ? [of.first, of.last, day].sort() : [day];
    of = { user: String(user), first: days[0]!, last: days.at(-1)! };
  }
  if (of) yield of;
}

async function inWaves<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  let wave: T[] = [];
  for await (const item of items) {
    wave.push(item);
    if (wave.length < WAVE) continue;
    await concurrently(wave, AT_ONCE, work);
    wave = [];
  }
  await concurrently(wave, AT_ONCE, work);
}

/** What the settings hold of audiences: the shop's own rules, and the counts of every audience by day. */
import * as z from 'zod';
import type { Audience } from '../../core/audiences/audience.ts';
import type { Rule } from '../../core/audiences/rule.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Day } from '../../core/time.ts';

const RULES = 'audience';
const DAYS = 'audience-day/';

const audienceSchema = z.object({
  rule: z.custom<Rule>((value) => typeof value === 'object' && value !== null),
  holdout: z.number(),
  createdAt: z.string(),
});

const listSchema = z.object({
  count: z.number().int(),
  heldOut: z.number().int(),
  /** Names the list's files: another list of the same day has another. */
  list: z.string(),
  /** The list before, of which readers may be in the middle. */
  before: z.string().optional(),
});

/** An audience of a day, as it was put together. */
export type KeptList = z.infer<typeof listSchema>;

/** By name. */
export async function listAudiences(settings: SettingStore): Promise<Audience[]> {
  const kept = await settings.list(RULES);
  return kept.map(({ name, value }) => ({ name, ...audienceSchema.parse(value) }));
}

export async function getAudience(settings: SettingStore, name: string): Promise<Audience | undefined> {
  const value = await settings.get(RULES, name);
  return value === undefined ? undefined : { name, ...audienceSchema.parse(value) };
}

export async function putAudience(settings: SettingStore, { name, ...value }: Audience): Promise<void> {
  await settings.put(RULES, name, value);
}

/** Forgets the rule and its counts. */
export async function removeAudience(settings: SettingStore, name: string): Promise<void> {
  await settings.remove(RULES, name);
  for (const { day } of await listDays(settings, name)) await settings.remove(`${DAYS}${name}`, day);
}

export async function getList(settings: SettingStore, name: string, day: Day): Promise<KeptList | undefined> {
  const value = await settings.get(`${DAYS}${name}`, day);
  return value === undefined ? undefined : listSchema.parse(value);
}

export async function putList(settings: SettingStore, name: string, day: Day, list: KeptList): Promise<void> {
  await settings.put(`${DAYS}${name}`, day, list);
}

/** The lists of an audience by day, oldest first. */
export async function listDays(settings: SettingStore, name: string): Promise<(KeptList & { day: Day })[]> {
  const kept = await settings.list(`${DAYS}${name}`);
  return kept.map(({ name: day, value }) => ({ day, ...listSchema.parse(value) }));
}

/** What an event says about who a user is, and about what the user agreed to. */
import type { Consent } from '../ports/users.ts';

export interface LinkSaid {
  /** The id that stands for the event's user from now on, as the shop or its client knows it. */
  previous: unknown;
  by: 'identify' | 'alias';
}

/**
 * `identify` with both ids says that they are one person, `alias` that `previousId` is now `userId`; without one,
 * clients mean the anonymous id. Other calls carry both ids of a device without saying so.
 * https://segment.com/docs/connections/spec/alias/
 */
export function linkOf(
  type: string,
  event: { userId?: unknown; anonymousId?: unknown; previousId?: unknown },
): LinkSaid | undefined {
  if (isAbsent(event.userId)) return undefined;
  if (type === 'alias')
    return { previous: isAbsent(event.previousId) ? event.anonymousId : event.previousId, by: type };
  if (type !== 'identify' || isAbsent(event.anonymousId)) return undefined;
  return { previous: event.anonymousId, by: type };
}

/**
 * Categories of consent by what the product does with them, as consent managers name them. OneTrust numbers its own:
 * C0002 performance, C0004 targeting.
 */
const CATEGORIES: Record<string, 'marketing' | 'analytics'> = {
  marketing: 'marketing',
  advertising: 'marketing',
  advertisement: 'marketing',
  targeting: 'marketing',
  c0004: 'marketing',
  analytics: 'analytics',
  performance: 'analytics',
  statistics: 'analytics',
  c0002: 'analytics',
};

/**
 * `context.consent.categoryPreferences` of an event. Where two of its categories mean the same, a no wins.
 * https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/#consent-object
 * @param at epoch milliseconds of the event
 * @returns undefined when the event says nothing about a category that is known here
 */
export function consentOf(event: { context?: unknown }, at: number): Consent | undefined {
  const preferences = inside(inside(inside(event, 'context'), 'consent'), 'categoryPreferences');
  if (!isFields(preferences)) return undefined;
  const said: Consent = { at };
  for (const [category, given] of Object.entries(preferences)) {
    const name = Object.hasOwn(CATEGORIES, category.toLowerCase()) ? CATEGORIES[category.toLowerCase()] : undefined;
    if (name && typeof given === 'boolean') said[name] = (said[name] ?? true) && given;
  }
  return said.marketing === undefined && said.analytics === undefined ? undefined : said;
}

function isAbsent(id: unknown): boolean {
  return id === undefined || id === null || (typeof id === 'string' && id.trim() === '');
}

function inside(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

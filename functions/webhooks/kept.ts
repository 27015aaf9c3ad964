/** Webhooks as the settings hold them. */
import * as z from 'zod';
import { EVENT_TYPES } from '../../core/events/window-event.ts';
import type { SettingStore } from '../../core/ports/settings.ts';

const KIND = 'webhook';
export const WEBHOOK_KINDS = ['webhook', 'segment'] as const;

const schema = z.object({
  url: z.string(),
  kind: z.enum(WEBHOOK_KINDS),
  events: z.array(z.enum(EVENT_TYPES)),
  ids: z.boolean(),
  createdAt: z.string(),
  /** Encrypted, base64: what messages are signed with, or the write key of a Segment source. */
  secret: z.string(),
});

export type KeptWebhook = z.infer<typeof schema> & { id: string };

export async function listWebhooks(settings: SettingStore): Promise<KeptWebhook[]> {
  const kept = await settings.list(KIND);
  return kept.map(({ name: id, value }) => ({ id, ...schema.parse(value) }));
}

export async function getWebhook(settings: SettingStore, id: string): Promise<KeptWebhook | undefined> {
  const value = await settings.get(KIND, id);
  return value === undefined ? undefined : { id, ...schema.parse(value) };
}

export async function putWebhook(settings: SettingStore, { id, ...value }: KeptWebhook): Promise<void> {
  await settings.put(KIND, id, value);
}

export async function removeWebhook(settings: SettingStore, id: string): Promise<void> {
  await settings.remove(KIND, id);
}

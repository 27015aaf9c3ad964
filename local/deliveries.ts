/** Tells webhooks of window events while a local system runs, as the schedule does on AWS, only sooner. */
import type { DeliverReply } from '../functions/deliver/handler.ts';
import { every } from './every.ts';
import type { Scheduler } from './scheduler.ts';

const EVERY_MS = 15_000;

/** @param warn told of a failure; the next look tries again */
export function startDeliveries(warn: (line: string) => void, everyMs = EVERY_MS): Scheduler {
  const look = async () => {
    const { handler } = (await import('../functions/deliver/index.ts')) as {
      handler: (event: unknown) => Promise<DeliverReply>;
    };
    await handler({});
  };
  return every(everyMs, look, ({ message }) => warn(`window events could not be told (${message}); it is tried again`));
}

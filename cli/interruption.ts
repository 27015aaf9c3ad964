/** Ctrl-C and SIGTERM for commands that run other programs: those end first, then what was begun is cleared away. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

/** A program that is told to end when the command is. */
export function tied<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Asked to stop: exit 130. */
export class Interrupted extends Error {
  constructor(remedy: string) {
    super(`interrupted; ${remedy}`);
    this.name = 'Interrupted';
  }
}

/**
 * Runs work that a signal ends.
 * @param remedy what is left, and how to go on
 * @throws Interrupted after a signal, once no program runs any more
 */
export async function interruptible<T>(remedy: string, work: () => Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  let asked = false;
  const stop = async (signal: NodeJS.Signals) => {
    const ends = [...running].map((child) => once(child, 'close'));
    for (const child of running) child.kill(signal);
    if (asked) return;
    asked = true;
    await Promise.all(ends);
    stopped.reject(new Interrupted(remedy));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await Promise.race([work(), stopped.promise]);
  } catch (error) {
    // What work says of a program that was ended is no news.
    if (asked) return await stopped.promise;
    throw error;
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
  }
}

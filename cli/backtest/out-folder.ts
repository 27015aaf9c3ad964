/** A folder of results that is there whole or not at all: written beside its place, moved there at the end. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../framework.ts';

export interface OutFolder {
  /** Where to write. */
  path: string;
  /** Puts what was written into its place; what was there before goes. */
  finish(): void;
  [Symbol.dispose](): void;
}

/** @throws Failure when the place holds something that no earlier backtest wrote, or cannot be written */
export function createOutFolder(place: string): OutFolder {
  if (existsSync(place) && !isReplaceable(place))
    throw new Failure(`${place} holds something that is not a backtest's`, 'name another folder with --out');
  const path = attempt(place, () => {
    mkdirSync(dirname(place), { recursive: true });
    return mkdtempSync(join(dirname(place), `.${basename(place)}-`));
  });
  return {
    path,
    finish: () =>
      attempt(place, () => {
        rmSync(place, { recursive: true, force: true });
        renameSync(path, place);
      }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

function isReplaceable(place: string): boolean {
  try {
    const names = readdirSync(place);
    return names.length === 0 || names.includes('metrics.json');
  } catch {
    return false;
  }
}

function attempt<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Failure(`${place} cannot be written: ${(error as Error).message}`);
  }
}

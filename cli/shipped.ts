/** The bundle that comes with the project: what training starts from unless told otherwise. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './framework.ts';
import { ROOT } from './project.ts';

export const SHIPPED = join(ROOT, 'model', 'bundles', 'tiny');

/** The words of a bundle, which private training may know: they are not of the shop. @throws Failure */
export function publicWordsOf(bundle: string): string[] {
  const file = join(bundle, 'vocabulary.json');
  if (!existsSync(file)) throw new Failure(`${bundle} is no bundle`, 'name one with --init');
  return JSON.parse(readFileSync(file, 'utf8'));
}

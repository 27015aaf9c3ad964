/** What of a file's chunks has to be written when some of its actions are stored already. */
import type { Action } from '../actions/action.ts';
import type { ActionChunk } from '../ports/actions.ts';

/**
 * Chunks of which nothing is stored stand as they are, so that an import that was killed ends with the same ones; of
 * the others only the missing actions are written.
 * @param chunks of one user and day
 * @param stored ids that are stored already
 * @param rebuild cuts actions of that user and day into chunks
 */
export function missingChunks(
  chunks: readonly ActionChunk[],
  stored: ReadonlySet<string>,
  rebuild: (actions: Action[]) => ActionChunk[],
): ActionChunk[] {
  const isMissing = ({ id }: Action): boolean => !stored.has(id);
  const rest: Action[] = [];
  const whole = chunks.filter(({ actions }) => {
    const missing = actions.filter(isMissing);
    if (missing.length === actions.length) return true;
    rest.push(...missing);
    return false;
  });
  return rest.length === 0 ? whole : [...whole, ...rebuild(rest)];
}

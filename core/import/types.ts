/** Renaming of a file's own names of action types. */
import { ACTION_TYPES, type ActionType, isActionType } from '../actions/action.ts';
import { MappingError } from './mapping.ts';

/** The action type of a name in the file, undefined when it is none. */
export type TypeNames = (name: string) => ActionType | undefined;

/**
 * Reads `FROM=TO,…`. Names are compared without regard to case and surrounding space; names not listed that are
 * action types stand as they are.
 * @throws MappingError
 */
export function parseTypeNames(text: string | undefined): TypeNames {
  const renamed = new Map<string, ActionType>();
  for (const entry of text === undefined ? [] : text.split(',')) {
    const equals = entry.lastIndexOf('=');
    const from = plain(entry.slice(0, equals));
    const to = plain(entry.slice(equals + 1));
    if (equals < 0 || from === '') throw new MappingError('the types have an entry that is not FROM=TO');
    if (!isActionType(to)) {
      throw new MappingError(`"${to}" is not an action type; action types are ${ACTION_TYPES.join(', ')}`);
    }
    const before = renamed.get(from);
    if (before !== undefined && before !== to) {
      throw new MappingError(`the types rename "${from}" to both ${before} and ${to}`);
    }
    renamed.set(from, to);
  }
  return (name) => {
    const known = plain(name);
    return renamed.get(known) ?? (isActionType(known) ? known : undefined);
  };
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}

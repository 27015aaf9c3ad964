import { ACTION_TYPES, type ActionWord } from './actions/action.ts';

/** Id 0 is padding; ids 1 to 10 are the action types, so that every word backs off to a known one. */
export const PADDING = 0;
const BASE: readonly string[] = ['', ...ACTION_TYPES];

/** A word enters a vocabulary with at least this many uses … */
export const MIN_USES = 50;
/** … by at least this many users. */
export const MIN_USERS = 20;

export interface Vocabulary {
  size: number;
  /** Word by id, `''` for padding. */
  words: readonly string[];
  /** The id of a word or of the nearest one it backs off to: `type:category` → `type:parent` → `type`. */
  id(word: ActionWord): number;
  /** @throws RangeError for an id that the vocabulary does not have */
  word(id: number): ActionWord;
}

/** @param words as in `vocabulary.json`: padding, the action types, then learned words */
export function createVocabulary(words: readonly string[] = BASE): Vocabulary {
  for (const [id, word] of BASE.entries())
    if (words[id] !== word) throw new RangeError(`vocabulary: word ${id} is "${words[id]}", expected "${word}"`);
  const ids = new Map(words.map((word, id) => [word, id]));
  return {
    size: words.length,
    words,
    id: (word) => {
      for (const candidate of backOff(word)) {
        const id = ids.get(candidate);
        if (id !== undefined) return id;
      }
      throw new RangeError(`word of unknown action type: "${word.slice(0, 40)}"`);
    },
    word: (id) => {
      const word = words[id];
      if (!word) throw new RangeError(`the vocabulary has no word ${id}`);
      return word;
    },
  };
}

/** A word and what it backs off to, nearest first: `view:a/b` → `view:a` → `view`. */
export function* backOff(word: ActionWord): Generator<ActionWord> {
  yield word;
  const colon = word.indexOf(':');
  if (colon < 0) return;
  for (let slash = word.lastIndexOf('/'); slash > colon + 1; slash = word.lastIndexOf('/', slash - 1))
    yield word.slice(0, slash);
  yield word.slice(0, colon);
}

/** Counts uses and users of words; `words()` gives the vocabulary by the entry rule, most used first. */
export function createVocabularyBuilder(): { add(user: Iterable<ActionWord>): void; words(): string[] } {
  const uses = new Map<string, number>();
  const users = new Map<string, number>();
  return {
    add: (user) => {
      const seen = new Set<string>();
      for (const word of user)
        for (const candidate of backOff(word)) {
          uses.set(candidate, (uses.get(candidate) ?? 0) + 1);
          if (!seen.has(candidate)) users.set(candidate, (users.get(candidate) ?? 0) + 1);
          seen.add(candidate);
        }
    },
    words: () => {
      const learned = [...uses]
        .filter(([word, count]) => word.includes(':') && count >= MIN_USES && users.get(word)! >= MIN_USERS)
        .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
        .map(([word]) => word);
      return [...BASE, ...learned];
    },
  };
}

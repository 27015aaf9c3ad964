/** Categories and search terms as they stand in action words. */

/** Longest category of a word, in code points. */
export const LONGEST_CATEGORY = 128;
/** Longest search term of a word, in code points. */
export const LONGEST_TERM = 64;

/** Control characters, halves of surrogate pairs, and what is invisible and joins nothing. */
const UNSEEN = /[\p{Cc}\p{Cs}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu;

/** What people type into a search box by mistake, and what must not be kept. */
export const ADDRESS = /[^\s@]@[^\s@]+\.[^\s@]/u;

/**
 * A category as part of a word: NFKC, lower case, white space to `-`, colons to `-` (a word has one, after its type),
 * `/` kept as the path separator with empty parts left out, at most 128 code points.
 * @returns undefined when nothing is left, and for an e-mail address
 */
export function slugCategory(text: string): string | undefined {
  const given = plain(text);
  if (ADDRESS.test(given)) return undefined;
  const path = given
    .replaceAll(':', '-')
    .split('/')
    .map((part) => part.trim().replace(/\s+/gu, '-'))
    .filter((part) => part !== '')
    .join('/');
  return atMost(path, LONGEST_CATEGORY).replace(/\/$/, '') || undefined;
}

/**
 * A search term as part of a word: NFKC, lower case, white space folded to single spaces, colons to `-`, at most 64
 * code points.
 * @returns undefined when nothing is left, and for an e-mail address
 */
export function searchTerm(text: string): string | undefined {
  const given = plain(text);
  if (ADDRESS.test(given)) return undefined;
  const term = given.replaceAll(':', '-').trim().replace(/\s+/gu, ' ');
  return atMost(term, LONGEST_TERM).trimEnd() || undefined;
}

function plain(text: string): string {
  // White space first: tabs and line breaks are control characters too.
  const seen = (given: string): string => given.replace(/\s+/gu, ' ').replace(UNSEEN, '');
  // Twice, since a lower-case letter may compose with what follows, and what was taken out may have kept letters apart.
  return seen(seen(text).normalize('NFKC').toLowerCase()).normalize('NFKC');
}

function atMost(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  return Array.from(text.slice(0, 2 * codePoints))
    .slice(0, codePoints)
    .join('');
}

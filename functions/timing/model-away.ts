import type { Bundle } from '../../core/model/contract.ts';
import { ScorerUnavailable } from '../../core/model/contract.ts';
import { createVocabulary, type Vocabulary } from '../../core/vocabulary.ts';
import { Problem } from '../http/api.ts';

const vocabularies = new WeakMap<Bundle, Vocabulary>();

/** The vocabulary of a bundle, made once. */
export function vocabularyOf(bundle: Bundle): Vocabulary {
  const known = vocabularies.get(bundle) ?? createVocabulary(bundle.vocabulary);
  vocabularies.set(bundle, known);
  return known;
}

/**
 * Asks the model.
 * @param option of the request, without which it would not be asked
 * @throws Problem 503 when it does not answer
 */
export async function orModelAway<T>(asked: Promise<T>, option: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ScorerUnavailable)) throw error;
    const detail = `the model does not answer; ask without ${option}=true`;
    throw new Problem(503, 'model-away', detail, {}, { 'retry-after': '30' });
  }
}

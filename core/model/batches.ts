/** Sequences to calls of the model: sorted by length, so that none is padded further than it must be. */
import { LENGTHS, MAX_BATCH, type ModelInput, type Sequence } from './contract.ts';

export interface Batch {
  input: ModelInput;
  /** `members[i]`: index among the given sequences of the batch's sequence i. */
  members: number[];
}

/** What a sequence of so many positions, at most 256, is padded to. */
export function paddedLength(positions: number): number {
  return LENGTHS.find((length) => positions <= length) ?? LENGTHS[LENGTHS.length - 1]!;
}

/**
 * @param shop shop statistics, the same for all
 * @param origin wall-clock seconds of the moment the forecasts are made for
 * @throws RangeError for a sequence that is empty or longer than 256
 */
export function* batchesOf(sequences: readonly Sequence[], shop: Float32Array, origin: number): Generator<Batch> {
  const longest = LENGTHS[LENGTHS.length - 1]!;
  const outside = sequences.find(({ words }) => words.length === 0 || words.length > longest);
  if (outside) throw new RangeError(`a sequence of ${outside.words.length} positions; the model takes 1 to ${longest}`);
  let shorter = 0;
  for (const length of LENGTHS) {
    const members: number[] = [];
    for (const [index, { words }] of sequences.entries())
      if (words.length > shorter && words.length <= length) members.push(index);
    for (let from = 0; from < members.length; from += MAX_BATCH) {
      const part = members.slice(from, from + MAX_BATCH);
      yield {
        members: part,
        input: inputOf(
          part.map((index) => sequences[index]!),
          length,
          shop,
          origin,
        ),
      };
    }
    shorter = length;
  }
}

function inputOf(sequences: Sequence[], length: number, shop: Float32Array, origin: number): ModelInput {
  const batch = sequences.length;
  const input: ModelInput = {
    batch,
    length,
    words: new BigInt64Array(batch * length),
    at: new BigInt64Array(batch * length),
    count: new Float32Array(batch * length),
    local: new BigInt64Array(batch * length),
    lengths: new BigInt64Array(batch),
    shop: new Float32Array(batch * shop.length),
    origin: new BigInt64Array(batch).fill(BigInt(origin)),
  };
  // Of small numbers the low half is set, the first wherever Node runs: it spares an object for each.
  const [lowWords, lowLocal] = [new Int32Array(input.words.buffer), new Int32Array(input.local.buffer)];
  for (const [row, { words, at, count, local }] of sequences.entries()) {
    const start = row * length;
    for (let position = 0; position < words.length; position++) {
      lowWords[2 * (start + position)] = words[position]!;
      lowLocal[2 * (start + position)] = local[position]!;
      input.at[start + position] = BigInt(at[position]!);
    }
    input.count.set(count, start);
    input.lengths[row] = BigInt(words.length);
    input.shop.set(shop, row * shop.length);
  }
  return input;
}

/** The values of a call, as the model contract has them: whoever runs the model checks them first. */
import { LOCAL_CATEGORIES, type ModelInput } from './contract.ts';
import { ContractError } from './kserve.ts';

/**
 * @param model width of the shop statistics and size of the vocabulary, as in the bundle's manifest
 * @throws ContractError naming the tensor, the sequence and the position
 */
export function checkInput(input: ModelInput, model: { shopSize: number; vocabularySize: number }): void {
  const { batch, length } = input;
  if (input.shop.length !== batch * model.shopSize)
    throw new ContractError(`tensor shop: shape must be [B,${model.shopSize}], not [B,${input.shop.length / batch}]`);
  for (const value of input.shop)
    if (!Number.isFinite(value)) throw new ContractError(`tensor shop holds ${value}, not a finite number`);
  for (let sequence = 0; sequence < batch; sequence++) {
    const used = Number(input.lengths[sequence]);
    if (used < 1 || used > length)
      throw new ContractError(`tensor length: sequence ${sequence} has ${used}, not 1 … T`);
    const last = Number(input.at[sequence * length + used - 1]);
    if (Number(input.origin[sequence]) < last)
      throw new ContractError(`tensor origin: sequence ${sequence} has an action after its origin`);
    for (let position = 0; position < length; position++) {
      const problem =
        position < used ? checkPosition(input, sequence, position, model) : checkPadding(input, sequence, position);
      if (problem) throw new ContractError(`tensor ${problem} (sequence ${sequence}, position ${position})`);
    }
  }
}

function checkPosition(
  { words, at, count, local, length }: ModelInput,
  sequence: number,
  position: number,
  { vocabularySize }: { vocabularySize: number },
): string | undefined {
  const index = sequence * length + position;
  const word = Number(words[index]);
  if (word < 1 || word >= vocabularySize) return `words: ${word} is not a word of the vocabulary`;
  const repeats = count[index]!;
  if (!(repeats >= 1 && Number.isFinite(repeats))) return `count: ${repeats} is not a number of 1 or more`;
  const number = Number(local[index]);
  if (number < 0 || number > LOCAL_CATEGORIES) return `local: ${number} is not 0 … ${LOCAL_CATEGORIES}`;
  if (position > 0 && at[index]! < at[index - 1]!) return 'at: the time falls';
  return undefined;
}

function checkPadding({ words, at, count, local, length }: ModelInput, sequence: number, position: number) {
  const index = sequence * length + position;
  const zero = words[index] === 0n && at[index] === 0n && count[index] === 0 && local[index] === 0n;
  return zero ? undefined : 'words, at, count and local: padding must be 0';
}

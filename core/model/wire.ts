/** The model contract on the wire: requests and replies of `buy_timing` as KServe v2 messages. */
import { LENGTHS, MAX_BATCH, type ModelInput, type ModelOutput, SILENCE_ROWS } from './contract.ts';
import {
  ContractError,
  encodeMessage,
  type Form,
  type Header,
  type Message,
  parseMessage,
  type Tensor,
  type TensorData,
} from './kserve.ts';

export const INPUTS = ['words', 'at', 'count', 'local', 'length', 'shop', 'origin'] as const;
export const OUTPUTS = ['hazard', 'p_buy', 'next_word', 'next_word_p', 'next_local_p'] as const;
export type OutputName = (typeof OUTPUTS)[number];

/** The tensors of a call of the model. */
export function inputTensors(input: ModelInput): Tensor[] {
  const { batch, length } = input;
  const positions = [batch, length];
  return [
    { name: 'words', shape: positions, data: input.words },
    { name: 'at', shape: positions, data: input.at },
    { name: 'count', shape: positions, data: input.count },
    { name: 'local', shape: positions, data: input.local },
    { name: 'length', shape: [batch, 1], data: input.lengths },
    { name: 'shop', shape: [batch, input.shop.length / batch], data: input.shop },
    { name: 'origin', shape: [batch, 1], data: input.origin },
  ];
}

function outputTensors(output: ModelOutput): Tensor[] {
  const { batch, bins } = output;
  return [
    { name: 'hazard', shape: [batch, SILENCE_ROWS, bins], data: output.hazard },
    { name: 'p_buy', shape: [batch, SILENCE_ROWS, 5], data: output.pBuy },
    { name: 'next_word', shape: [batch, 10], data: output.nextWord },
    { name: 'next_word_p', shape: [batch, 10], data: output.nextWordP },
    { name: 'next_local_p', shape: [batch, 65], data: output.nextLocalP },
  ];
}

export function encodeRequest(input: ModelInput, form: Form): Message {
  const outputs = OUTPUTS.map((name) => ({ name, parameters: { binary_data: form === 'binary' } }));
  return encodeMessage({ outputs }, 'inputs', inputTensors(input), form);
}

/** A request as the endpoint reads it. */
export interface ParsedRequest {
  input: ModelInput;
  id: string | undefined;
  /** How the caller wants the reply. */
  form: Form;
  outputs: readonly OutputName[];
}

/** @throws ContractError for tensors that are missing, unknown, of another datatype or of another shape */
export function parseRequest(message: Message): ParsedRequest {
  const { header, tensors } = parseMessage(message, 'inputs');
  for (const name of tensors.keys())
    if (!INPUTS.some((known) => known === name)) throw new ContractError(`there is no input ${name.slice(0, 40)}`);
  const { shape } = take(tensors, 'words', [undefined, undefined]);
  const [batch = 0, length = 0] = shape;
  if (batch < 1 || batch > MAX_BATCH) throw new ContractError(`B must be 1 to ${MAX_BATCH}, not ${batch}`);
  if (!LENGTHS.some((known) => known === length))
    throw new ContractError(`T must be one of ${LENGTHS.join(', ')}, not ${length}`);
  const shop = float(take(tensors, 'shop', [batch, undefined]), 'shop');
  const input: ModelInput = {
    batch,
    length,
    words: integer(take(tensors, 'words', [batch, length]), 'words'),
    at: integer(take(tensors, 'at', [batch, length]), 'at'),
    count: float(take(tensors, 'count', [batch, length]), 'count'),
    local: integer(take(tensors, 'local', [batch, length]), 'local'),
    lengths: integer(take(tensors, 'length', [batch, 1]), 'length'),
    shop,
    origin: integer(take(tensors, 'origin', [batch, 1]), 'origin'),
  };
  return { input, id: typeof header.id === 'string' ? header.id : undefined, ...wanted(header) };
}

function wanted(header: Header): Pick<ParsedRequest, 'form' | 'outputs'> {
  const parameters = header.parameters as { binary_data_output?: unknown } | undefined;
  let binary = parameters?.binary_data_output === true;
  if (header.outputs === undefined) return { form: binary ? 'binary' : 'json', outputs: OUTPUTS };
  if (!Array.isArray(header.outputs)) throw new ContractError('"outputs" must be a list');
  const asked = header.outputs as ({ name?: unknown; parameters?: { binary_data?: unknown } } | null)[];
  const outputs = asked.map((output): OutputName => {
    const name = OUTPUTS.find((known) => known === output?.name);
    if (!name) throw new ContractError(`there is no output ${String(output?.name).slice(0, 40)}`);
    binary ||= output?.parameters?.binary_data === true;
    return name;
  });
  return { form: binary ? 'binary' : 'json', outputs: outputs.length > 0 ? outputs : OUTPUTS };
}

export function encodeReply(
  output: ModelOutput,
  { form, outputs, id }: Pick<ParsedRequest, 'form' | 'outputs' | 'id'>,
  model: { name: string; version: string },
): Message {
  const tensors = outputTensors(output).filter(({ name }) => outputs.some((wanted) => wanted === name));
  const header = { model_name: model.name, model_version: model.version, ...(id === undefined ? {} : { id }) };
  return encodeMessage(header, 'outputs', tensors, form);
}

/**
 * Reads what the model answered to a call of `batch` sequences.
 * @throws ContractError for tensors off the contract and for hazards or probabilities outside 0 … 1
 */
export function parseReply(message: Message, batch: number): ModelOutput {
  const { tensors } = parseMessage(message, 'outputs');
  const hazard = take(tensors, 'hazard', [batch, SILENCE_ROWS, undefined]);
  return checkOutput({
    batch,
    bins: hazard.shape[2]!,
    hazard: float(hazard, 'hazard'),
    pBuy: float(take(tensors, 'p_buy', [batch, SILENCE_ROWS, 5]), 'p_buy'),
    nextWord: integer(take(tensors, 'next_word', [batch, 10]), 'next_word'),
    nextWordP: float(take(tensors, 'next_word_p', [batch, 10]), 'next_word_p'),
    nextLocalP: float(take(tensors, 'next_local_p', [batch, 65]), 'next_local_p'),
  });
}

/** @throws ContractError for hazards or probabilities outside 0 … 1 (NaN too) */
export function checkOutput(output: ModelOutput): ModelOutput {
  const { hazard, pBuy, nextWordP, nextLocalP } = output;
  // Sums of float32 may pass 1 by rounding.
  // By index: an iterator takes four times as long, for each of 90,000 values of a call.
  for (const [name, values] of Object.entries({ hazard, pBuy, nextWordP, nextLocalP }))
    for (let index = 0; index < values.length; index++)
      if (!(values[index]! >= 0 && values[index]! <= 1.00001))
        throw new ContractError(`output ${name} holds ${values[index]}, not in 0 … 1`);
  return output;
}

function take(tensors: Map<string, Tensor>, name: string, shape: (number | undefined)[]): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new ContractError(`tensor ${name} is missing`);
  const fits =
    tensor.shape.length === shape.length && shape.every((size, i) => (size ?? tensor.shape[i]) === tensor.shape[i]);
  if (!fits)
    throw new ContractError(
      `tensor ${name}: shape [${tensor.shape}] is not [${shape.map((size) => size ?? 'any').join(',')}]`,
    );
  return tensor;
}

function float({ data }: { data: TensorData }, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new ContractError(`tensor ${name}: datatype INT64 is not FP32`);
}

function integer({ data }: { data: TensorData }, name: string): BigInt64Array {
  if (data instanceof BigInt64Array) return data;
  throw new ContractError(`tensor ${name}: datatype FP32 is not INT64`);
}

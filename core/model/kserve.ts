/**
 * The KServe v2 inference protocol, as far as the model needs it: messages of INT64 and FP32 tensors, as JSON or in the
 * binary form of Triton on SageMaker (a JSON header, then the tensors' bytes, little-endian).
 * https://github.com/kserve/kserve/blob/master/docs/predict-api/v2/required_api.md
 */

export const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/vnd.sagemaker-triton.binary+json';

export type TensorData = BigInt64Array | Float32Array;

export interface Tensor {
  name: string;
  shape: number[];
  data: TensorData;
}

/** An encoded message and the content type that says how to read it. */
export interface Message {
  contentType: string;
  body: Uint8Array;
}

export type Form = 'json' | 'binary';

/** A message that is off the protocol or off the model contract; the text says where and how. */
export class ContractError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContractError';
  }
}

interface TensorHeader {
  name?: unknown;
  shape?: unknown;
  datatype?: unknown;
  data?: unknown;
  parameters?: { binary_data_size?: unknown };
}

/** What stands around the tensors: names, parameters, requested outputs. */
export type Header = Record<string, unknown>;

/** The form that a content type names. */
export function formOf(contentType: string): Form {
  return contentType.trim().toLowerCase().startsWith(BINARY_TYPE) ? 'binary' : 'json';
}

/** @param key `inputs` in requests, `outputs` in replies */
export function encodeMessage(header: Header, key: 'inputs' | 'outputs', tensors: Tensor[], form: Form): Message {
  const encoder = new TextEncoder();
  if (form === 'json') {
    const listed = tensors.map(({ name, shape, data }) => ({
      name,
      shape,
      datatype: datatypeOf(data),
      data: Array.from(data as Iterable<number | bigint>, Number),
    }));
    return { contentType: JSON_TYPE, body: encoder.encode(JSON.stringify({ ...header, [key]: listed })) };
  }
  const listed = tensors.map(({ name, shape, data }) => ({
    name,
    shape,
    datatype: datatypeOf(data),
    parameters: { binary_data_size: data.byteLength },
  }));
  const head = encoder.encode(JSON.stringify({ ...header, [key]: listed }));
  const body = new Uint8Array(tensors.reduce((size, { data }) => size + data.byteLength, head.length));
  body.set(head);
  let offset = head.length;
  for (const { data } of tensors) {
    body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return { contentType: `${BINARY_TYPE};json-header-size=${head.length}`, body };
}

/**
 * Reads a message. Shapes are whole numbers and match the data; numbers are not checked further.
 * @throws ContractError
 */
export function parseMessage(
  { contentType, body }: Message,
  key: 'inputs' | 'outputs',
): { header: Header; tensors: Map<string, Tensor> } {
  const size = headerSize(contentType, body.length);
  const header = parseJson(body.subarray(0, size));
  const listed = header[key];
  if (!Array.isArray(listed)) throw new ContractError(`the message has no list "${key}"`);
  const tensors = new Map<string, Tensor>();
  let offset = size;
  for (const entry of listed as (TensorHeader | null)[]) {
    const name = entry?.name;
    if (!entry || typeof name !== 'string') throw new ContractError(`an entry of "${key}" has no name`);
    if (tensors.has(name)) throw new ContractError(`tensor ${name} is there twice`);
    const shape = parseShape(name, entry.shape);
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    const bytes = entry.parameters?.binary_data_size;
    let data: TensorData;
    if (bytes === undefined) data = parseNumbers(name, entry, count);
    else {
      if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 0 || offset + bytes > body.length)
        throw new ContractError(`tensor ${name}: the body does not hold its ${String(bytes)} bytes`);
      data = view(name, entry.datatype, body.subarray(offset, offset + bytes), count);
      offset += bytes;
    }
    tensors.set(name, { name, shape, data });
  }
  if (offset !== body.length && formOf(contentType) === 'binary')
    throw new ContractError(`the body is ${body.length - offset} bytes longer than its tensors`);
  return { header, tensors };
}

function datatypeOf(data: TensorData): string {
  return data instanceof Float32Array ? 'FP32' : 'INT64';
}

function headerSize(contentType: string, length: number): number {
  if (formOf(contentType) === 'json') return length;
  const size = Number(/;\s*json-header-size\s*=\s*(\d+)\s*(;|$)/i.exec(contentType)?.[1] ?? Number.NaN);
  if (!(size <= length)) throw new ContractError('the content type needs json-header-size=N within the body');
  return size;
}

function parseJson(bytes: Uint8Array): Header {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Header;
  } catch {
    // Answered below: what the text says is of no use to the caller.
  }
  throw new ContractError('the message is not a JSON object');
}

function parseShape(name: string, shape: unknown): number[] {
  const whole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
  if (Array.isArray(shape) && shape.length > 0 && shape.every(whole)) return shape as number[];
  throw new ContractError(`tensor ${name}: the shape must be a list of whole numbers`);
}

function parseNumbers(name: string, { data, datatype }: TensorHeader, count: number): TensorData {
  if (!Array.isArray(data)) throw new ContractError(`tensor ${name} has no data`);
  const numbers: unknown[] = data.some(Array.isArray) ? data.flat(8) : data;
  if (numbers.length !== count)
    throw new ContractError(`tensor ${name}: ${numbers.length} numbers do not fill its shape, which takes ${count}`);
  if (datatype === 'FP32') {
    if (!numbers.every((value) => typeof value === 'number'))
      throw new ContractError(`tensor ${name}: FP32 data must be numbers`);
    return Float32Array.from(numbers as number[]);
  }
  if (datatype === 'INT64') {
    if (!numbers.every((value) => Number.isSafeInteger(value)))
      throw new ContractError(`tensor ${name}: INT64 data must be whole numbers`);
    return BigInt64Array.from(numbers as number[], BigInt);
  }
  throw unknownDatatype(name, datatype);
}

/** A copy, since the bytes may lie at any offset and typed arrays must be aligned. */
function view(name: string, datatype: unknown, bytes: Uint8Array, count: number): TensorData {
  const width = datatype === 'FP32' ? 4 : datatype === 'INT64' ? 8 : undefined;
  if (width === undefined) throw unknownDatatype(name, datatype);
  if (bytes.length !== count * width)
    throw new ContractError(
      `tensor ${name}: ${bytes.length} bytes do not fill its shape, which takes ${count * width}`,
    );
  const { buffer } = new Uint8Array(bytes);
  return width === 4 ? new Float32Array(buffer) : new BigInt64Array(buffer);
}

function unknownDatatype(name: string, datatype: unknown): ContractError {
  return new ContractError(`tensor ${name}: datatype ${String(datatype).slice(0, 20)} is neither INT64 nor FP32`);
}

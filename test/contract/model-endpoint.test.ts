import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createScorer } from '../../adapters/scorer.ts';
import { batchesOf } from '../../core/model/batches.ts';
import { LENGTHS, type ModelInput, ScorerUnavailable, type Sequence } from '../../core/model/contract.ts';
import { encodeRequest, inputTensors, parseReply } from '../../core/model/wire.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { type Part, startPart } from '../../local/part.ts';

const BUNDLE = fileURLToPath(new URL('../../model/bundles/tiny', import.meta.url));
const DAY = 86_400;
const ORIGIN = 19_000 * DAY;
const shop = new Float32Array(SHOP_STATISTICS.length).fill(-1);

function sequenceOf(length: number): Sequence {
  const position = Array.from({ length }, (_, index) => index);
  return {
    words: Int32Array.from(position, (index) => 1 + (index % 9)),
    at: Float64Array.from(position, (index) => ORIGIN - (length - index) * 3_600 * 7),
    count: Float32Array.from(position, (index) => 1 + (index % 3)),
    local: Int32Array.from(position, (index) => index % 5),
    categories: ['a', 'b', 'c', 'd'],
  };
}

const inputOf = (lengths: number[]): ModelInput => {
  const [batch] = batchesOf(lengths.map(sequenceOf), shop, ORIGIN);
  return batch!.input;
};

let endpoint: Part;
beforeAll(async () => {
  // In a thread of its own, as in the local system: ONNX Runtime refuses the arrays of a test's own realm.
  endpoint = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE });
  process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = `http://127.0.0.1:${endpoint.port}`;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
});
afterAll(() => endpoint.close());

const url = (path: string) => `http://127.0.0.1:${endpoint.port}${path}`;
const post = (contentType: string, body: Uint8Array | string) =>
  fetch(url('/endpoints/any/invocations'), {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: body as BodyInit,
  });

interface JsonTensor {
  name: string;
  shape: number[];
  datatype: string;
  data: unknown[];
}

/** The JSON form of a call, for tests to spoil. */
function jsonOf(input: ModelInput): { inputs: JsonTensor[]; outputs?: unknown } {
  return {
    inputs: inputTensors(input).map(({ name, shape, data }) => ({
      name,
      shape,
      datatype: data instanceof Float32Array ? 'FP32' : 'INT64',
      data: Array.from(data as Iterable<number | bigint>, Number),
    })),
  };
}

describe('a model endpoint', () => {
  test('answers a ping', async () => {
    expect((await fetch(url('/ping'))).status).toBe(200);
  });

  test('answers JSON and binary alike, through the SDK too', async () => {
    const input = inputOf([3, 30]);
    const json = encodeRequest(input, 'json');
    const fromJson = await post(json.contentType, json.body);
    expect(fromJson.headers.get('content-type')).toBe('application/json');
    const a = parseReply({ contentType: 'application/json', body: new Uint8Array(await fromJson.arrayBuffer()) }, 2);
    const binary = encodeRequest(input, 'binary');
    const reply = await post(binary.contentType, binary.body);
    const contentType = reply.headers.get('content-type')!;
    expect(contentType).toMatch(/^application\/vnd\.sagemaker-triton\.binary\+json;json-header-size=\d+$/);
    const b = parseReply({ contentType, body: new Uint8Array(await reply.arrayBuffer()) }, 2);
    expect(b).toEqual(a);
    const scorer = createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' });
    expect(await scorer.score(input)).toEqual(b);
  });

  test.each(LENGTHS.map((length) => [length]))('takes sequences padded to %d', async (length) => {
    const scorer = createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' });
    const output = await scorer.score(inputOf([length, length - 1]));
    expect(output.pBuy.length).toBe(2 * 31 * 5);
  });

  test('gives only the outputs that are asked for', async () => {
    const body = JSON.stringify({ id: 'x', ...jsonOf(inputOf([2])), outputs: [{ name: 'p_buy' }] });
    const reply = await (await post('application/json', body)).json();
    expect(reply.outputs.map((output: { name: string }) => output.name)).toEqual(['p_buy']);
    expect(reply).toMatchObject({ id: 'x', model_name: 'buy_timing' });
  });

  const spoiled: [string, (call: ReturnType<typeof jsonOf>) => unknown, RegExp][] = [
    ['a body that is not JSON', () => '{', /not a JSON object/],
    ['a list', () => [], /not a JSON object/],
    ['no inputs', () => ({}), /no list "inputs"/],
    ['T = 48', (call) => reshaped(call, [1, 48]), /T must be one of 32, 64, 128, 256, not 48/],
    ['T = 512', (call) => reshaped(call, [1, 512]), /not 512/],
    ['B = 65', (call) => reshaped(call, [65, 32]), /B must be 1 to 64, not 65/],
    ['B = 0', (call) => reshaped(call, [0, 32]), /B must be 1 to 64/],
    ['a missing tensor', (call) => ({ inputs: call.inputs.slice(1) }), /tensor words is missing/],
    ['an unknown tensor', (call) => ({ inputs: [...call.inputs, { ...call.inputs[0], name: 'age' }] }), /no input age/],
    ['a tensor twice', (call) => ({ inputs: [...call.inputs, call.inputs[0]] }), /words is there twice/],
    ['whole numbers where FP32 belongs', (call) => changed(call, 'count', { datatype: 'INT64' }), /count.*not FP32/],
    ['FP32 where INT64 belongs', (call) => changed(call, 'words', { datatype: 'FP32' }), /words.*not INT64/],
    ['another datatype', (call) => changed(call, 'words', { datatype: 'INT32' }), /INT32 is neither/],
    ['too little data', (call) => changed(call, 'at', { data: [1] }), /at: 1 numbers do not fill/],
    ['null for a number', (call) => valued(call, 'count', 0, null), /count: FP32 data must be numbers/],
    ['a fraction for an id', (call) => valued(call, 'words', 0, 1.5), /words: INT64 data must be whole/],
    [
      'too few shop statistics',
      (call) => changed(call, 'shop', { shape: [1, 3], data: [0, 0, 0] }),
      /shop: shape must/,
    ],
    ['a word beyond the vocabulary', (call) => valued(call, 'words', 1, 999_999), /words: 999999 is not a word/],
    ['a count of 0', (call) => valued(call, 'count', 0, 0), /count: 0 is not a number of 1 or more/],
    ['a falling time', (call) => valued(call, 'at', 1, 5), /at: the time falls/],
    ['the category 65', (call) => valued(call, 'local', 0, 65), /local: 65/],
    ['a length of 0', (call) => valued(call, 'length', 0, 0), /length: sequence 0 has 0/],
    ['a length beyond T', (call) => valued(call, 'length', 0, 33), /length: sequence 0 has 33/],
    ['padding that is not 0', (call) => valued(call, 'count', 31, 1), /padding must be 0/],
    ['an action after the origin', (call) => valued(call, 'origin', 0, 0), /action after its origin/],
    ['an unknown output', (call) => ({ ...call, outputs: [{ name: 'age' }] }), /no output age/],
  ];

  test.each(spoiled)('refuses %s', async (_, spoil, message) => {
    const call = spoil(jsonOf(inputOf([3])));
    const reply = await post('application/json', typeof call === 'string' ? call : JSON.stringify(call));
    expect(reply.status).toBe(400);
    expect((await reply.json()).error).toMatch(message);
  });

  test.each([
    ['count', Number.NaN, /count: NaN/],
    ['shop', Number.NaN, /shop holds NaN/],
    ['shop', Number.POSITIVE_INFINITY, /shop holds Infinity/],
  ] as const)('refuses %s with %d', async (name, value, message) => {
    const input = inputOf([3]);
    input[name][0] = value;
    const { contentType, body } = encodeRequest(input, 'binary');
    const reply = await post(contentType, body);
    expect(reply.status).toBe(400);
    expect((await reply.json()).error).toMatch(message);
  });

  test('refuses a binary body that is cut off, too long, or without its header size', async () => {
    const { contentType, body } = encodeRequest(inputOf([3]), 'binary');
    for (const [type, bytes] of [
      [contentType, body.subarray(0, body.length - 4)],
      [contentType, Buffer.concat([body, Buffer.alloc(4)])],
      ['application/vnd.sagemaker-triton.binary+json', body],
      ['application/vnd.sagemaker-triton.binary+json;json-header-size=99999999', body],
    ] as const)
      expect((await post(type, bytes)).status).toBe(400);
  });

  test('says what it has no answer for', async () => {
    expect((await fetch(url('/'))).status).toBe(404);
    expect((await fetch(url('/endpoints/any/invocations'))).status).toBe(405);
    expect((await post('application/json', new Uint8Array(6 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test('a scorer whose endpoint is away says so', async () => {
    const before = process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME;
    process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = 'http://127.0.0.1:9';
    const scorer = createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' });
    await expect(scorer.score(inputOf([3]))).rejects.toBeInstanceOf(ScorerUnavailable);
    process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = before;
  });
});

function reshaped(call: { inputs: JsonTensor[] }, shape: [number, number]) {
  const [batch, length] = shape;
  const inputs = call.inputs.map((tensor) => {
    const own = ['words', 'at', 'count', 'local'].includes(tensor.name) ? [batch, length] : [batch, tensor.shape[1]!];
    return { ...tensor, shape: own, data: new Array(own[0]! * own[1]!).fill(1) };
  });
  return { inputs };
}

function changed(call: { inputs: JsonTensor[] }, name: string, change: Partial<JsonTensor>) {
  return { inputs: call.inputs.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)) };
}

function valued(call: { inputs: JsonTensor[] }, name: string, index: number, value: unknown) {
  const data = call.inputs.find((tensor) => tensor.name === name)!.data.with(index, value);
  return changed(call, name, { data });
}

/**
 * A forecast: what the model says of one user at one origin. Every probability served derives from the packed form,
 * so that API, files and audiences never differ.
 */
import { type ModelOutput, SILENCE_ROWS } from './model/contract.ts';

export interface Forecast {
  /** Edges of the K time bins in days: K + 1 whole numbers from 0 on. */
  edges: number[];
  /** [31][K], row-major: −ln(1 − hazard) of each bin, per row of silence. Sums over bins are cumulative hazards. */
  intensity: Float64Array;
  /** Most probable first. */
  nextWords: Likely[];
  /** The user's own categories by the probability that the next purchase is in them, most probable first. */
  nextCategories: Likely[];
}

export interface Likely {
  text: string;
  p: number;
}

/** Bytes a packed forecast may have: it lives in the user's item, which should stay within 4 KB. */
export const PACKED_LIMIT = 3_000;
const FORMAT = 1;
const LISTED = 10;
/** Bytes of the list of words; the categories get what is left. */
const WORD_BYTES = 400;
const ENTRY_BYTES = 4;

/**
 * An intensity is kept in 16 bits on a logarithmic scale: 0 for none, else a step of a factor 1.0003 between 10⁻⁷ and
 * 20. Half a step is a relative error of 1.5·10⁻⁴ of a cumulative hazard C, so at most 1.5·10⁻⁴ · C·e⁻ᶜ ≤ 5.4·10⁻⁵ of
 * any probability.
 */
const SMALLEST = Math.log(1e-7);
const LARGEST = Math.log(20);
const STEPS = 65_534;
const STEP = (LARGEST - SMALLEST) / STEPS;

/** The forecast of sequence `index` of a model's reply. */
export function forecastOf(
  output: ModelOutput,
  index: number,
  names: { edges: number[]; words: readonly string[]; categories: readonly string[] },
): Forecast {
  const size = SILENCE_ROWS * output.bins;
  const intensity = new Float64Array(size);
  for (let i = 0; i < size; i++) intensity[i] = -Math.log1p(-output.hazard[index * size + i]!);
  const listed = output.nextWord.length / output.batch;
  const nextWords: Likely[] = [];
  for (let i = index * listed; i < (index + 1) * listed; i++) {
    const text = names.words[Number(output.nextWord[i])];
    if (text) nextWords.push({ text, p: output.nextWordP[i]! });
  }
  const locals = output.nextLocalP.length / output.batch;
  const nextCategories = names.categories.map((text, i) => ({ text, p: output.nextLocalP[index * locals + i + 1]! }));
  return { edges: names.edges, intensity, nextWords: ranked(nextWords), nextCategories: ranked(nextCategories) };
}

function ranked(list: Likely[]): Likely[] {
  return list.sort((a, b) => b.p - a.p).slice(0, LISTED);
}

/**
 * At most 3,000 bytes: hazards in 16 bits each, then next words and categories with p in 16 bits; what does not fit is
 * left out, least probable first.
 * @throws RangeError for more bins than fit
 */
export function packForecast(forecast: Forecast): Uint8Array {
  const { edges, intensity } = forecast;
  const bins = edges.length - 1;
  const fixed = 2 + 2 * edges.length + 2 * intensity.length + 2;
  if (bins > 255 || fixed > PACKED_LIMIT) throw new RangeError(`a forecast of ${bins} time bins does not fit`);
  if (intensity.length !== SILENCE_ROWS * bins) throw new RangeError('intensities do not match the time bins');
  const words = fitting(forecast.nextWords, Math.min(WORD_BYTES, PACKED_LIMIT - fixed));
  const categories = fitting(forecast.nextCategories, PACKED_LIMIT - fixed - words.bytes);
  const packed = new Uint8Array(fixed + words.bytes + categories.bytes);
  const view = new DataView(packed.buffer);
  packed[0] = FORMAT;
  packed[1] = bins;
  let offset = 2;
  const put16 = (value: number): void => {
    view.setUint16(offset, value, true);
    offset += 2;
  };
  for (const edge of edges) put16(edge);
  for (const value of intensity) put16(toCode(value));
  for (const { entries } of [words, categories]) {
    packed[offset++] = entries.length;
    for (const { p, bytes } of entries) {
      put16(Math.round(p * 65_535));
      put16(bytes.length);
      packed.set(bytes, offset);
      offset += bytes.length;
    }
  }
  return packed;
}

/** @throws RangeError for bytes that packForecast did not make */
export function unpackForecast(packed: Uint8Array): Forecast {
  if (packed[0] !== FORMAT) throw new RangeError(`a packed forecast of unknown format ${packed[0]}`);
  const bins = packed[1]!;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let offset = 2;
  const get16 = (): number => {
    const value = view.getUint16(offset, true);
    offset += 2;
    return value;
  };
  const edges = Array.from({ length: bins + 1 }, get16);
  const intensity = new Float64Array(SILENCE_ROWS * bins);
  for (let i = 0; i < intensity.length; i++) intensity[i] = fromCode(get16());
  const lists = [0, 1].map(() =>
    Array.from({ length: view.getUint8(offset++) }, () => {
      const p = get16() / 65_535;
      const length = get16();
      if (offset + length > packed.length) throw new RangeError('a packed forecast ends too early');
      const text = new TextDecoder().decode(packed.subarray(offset, offset + length));
      offset += length;
      return { text, p };
    }),
  );
  return { edges, intensity, nextWords: lists[0]!, nextCategories: lists[1]! };
}

function toCode(intensity: number): number {
  if (!(intensity > 0)) return 0;
  const step = Math.round((Math.log(intensity) - SMALLEST) / STEP);
  return step < 0 ? 0 : Math.min(step, STEPS) + 1;
}

function fromCode(code: number): number {
  return code === 0 ? 0 : Math.exp(SMALLEST + (code - 1) * STEP);
}

/** The first entries that fit into so many bytes. */
function fitting(list: Likely[], limit: number): { entries: { p: number; bytes: Uint8Array }[]; bytes: number } {
  const encoder = new TextEncoder();
  const entries: { p: number; bytes: Uint8Array }[] = [];
  let total = 0;
  for (const { text, p } of list.slice(0, LISTED)) {
    const bytes = encoder.encode(text);
    if (total + ENTRY_BYTES + bytes.length > limit) break;
    total += ENTRY_BYTES + bytes.length;
    entries.push({ p, bytes });
  }
  return { entries, bytes: total };
}

/** Writes training data as model/dataset.py reads it: flat little-endian arrays and `meta.json`, streamed to disk. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FLUSH_BYTES = 4_000_000;

class ArrayFile {
  readonly #descriptor: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  add(values: Int32Array | BigInt64Array | Float32Array): void {
    this.#parts.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#bytes += values.byteLength;
    if (this.#bytes > FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#bytes > 0) writeSync(this.#descriptor, Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}

export interface TrainingWindowArrays {
  words: Int32Array;
  at: Float64Array;
  count: Float32Array;
  local: Int32Array;
  shop: number;
  queries: { day: number; shopRow: number; nextLocal: number; weight: number; survival: Float32Array }[];
}

export interface TrainingDataWriter {
  /** @returns the row's number */
  addShopRow(vector: Float32Array): number;
  addWindow(window: TrainingWindowArrays): void;
  /** Closes the arrays and writes `meta.json` last: a folder without one is not complete. */
  finish(meta: Record<string, unknown>): void;
}

export function createTrainingDataWriter(folder: string): TrainingDataWriter {
  mkdirSync(folder, { recursive: true });
  const open = (name: string) => new ArrayFile(join(folder, name));
  const files = {
    words: open('words.i32'),
    at: open('at.i64'),
    count: open('count.f32'),
    local: open('local.i32'),
    windows: open('windows.i64'),
    queries: open('queries.i32'),
    weights: open('weights.f32'),
    survival: open('survival.f32'),
    shop: open('shop.f32'),
  };
  let positions = 0;
  let windows = 0;
  let shopRows = 0;
  let queries = 0;
  return {
    addShopRow: (vector) => {
      files.shop.add(vector);
      return shopRows++;
    },
    addWindow: (window) => {
      const length = window.words.length;
      files.words.add(window.words);
      files.at.add(BigInt64Array.from(window.at, BigInt));
      files.count.add(window.count);
      files.local.add(window.local);
      files.windows.add(BigInt64Array.of(BigInt(positions), BigInt(length), BigInt(window.shop)));
      for (const query of window.queries) {
        files.queries.add(Int32Array.of(windows, query.day, query.shopRow, query.nextLocal));
        files.weights.add(Float32Array.of(query.weight));
        files.survival.add(query.survival);
        queries++;
      }
      positions += length;
      windows++;
    },
    finish: (meta) => {
      for (const file of Object.values(files)) file.close();
      const text = JSON.stringify({ ...meta, positions, windows, queries, shopRows }, null, 2);
      writeFileSync(join(folder, 'meta.json.part'), `${text}\n`);
      renameSync(join(folder, 'meta.json.part'), join(folder, 'meta.json'));
    },
  };
}

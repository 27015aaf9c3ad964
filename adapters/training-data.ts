/** Writes training data as model/dataset.py reads it: flat little-endian arrays and `meta.json`, streamed to disk. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../core/training-days.ts';

const FLUSH_BYTES = 4_000_000;

class ArrayFile {
  readonly #descriptor: number;
  readonly #hash = createHash('sha256');
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
    if (this.#bytes > 0) {
      const all = Buffer.concat(this.#parts);
      // A write may take less than it was given, as on a disk that is nearly full.
      for (let written = 0; written < all.length; ) written += writeSync(this.#descriptor, all, written);
      this.#hash.update(all);
    }
    this.#parts = [];
    this.#bytes = 0;
  }

  /** @returns sha256 of what was written */
  close(): Buffer {
    this.flush();
    closeSync(this.#descriptor);
    return this.#hash.digest();
  }
}

export interface TrainingWindowArrays {
  words: Int32Array;
  at: Float64Array;
  count: Float32Array;
  local: Int32Array;
  /** The shop of a simulated user; the user of a shop's own log. */
  group: number;
  queries: TrainingQueryArrays[];
}

interface TrainingQueryArrays {
  day: number;
  shopRow: number;
  nextLocal: number;
  weight: number;
  target: Target;
}

/** What is known of the purchases after a day: their probabilities, where simulated, or what happened. */
export type Target = { survival: Float32Array } | Outcome;

export interface TrainingDataWriter {
  /** @returns the row's number */
  addShopRow(vector: Float32Array): number;
  addWindow(window: TrainingWindowArrays): void;
  /** Closes the arrays and writes `meta.json` last: a folder without one is not complete. */
  finish(meta: Record<string, unknown>): void;
}

export function createTrainingDataWriter(folder: string, targets: 'survival' | 'outcomes'): TrainingDataWriter {
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
    shop: open('shop.f32'),
    // The one that a folder needs: all its targets are of one kind.
    target: open(targets === 'survival' ? 'survival.f32' : 'outcomes.i32'),
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
      files.windows.add(BigInt64Array.of(BigInt(positions), BigInt(length), BigInt(window.group)));
      for (const query of window.queries) {
        files.queries.add(Int32Array.of(windows, query.day, query.shopRow, query.nextLocal));
        files.weights.add(Float32Array.of(query.weight));
        files.target.add(arrayOf(query.target));
        queries++;
      }
      positions += length;
      windows++;
    },
    finish: (meta) => {
      const digest = createHash('sha256');
      for (const file of Object.values(files)) digest.update(file.close());
      const hash = digest.digest('hex');
      const text = JSON.stringify({ ...meta, targets, positions, windows, queries, shopRows, hash }, null, 2);
      writeFileSync(join(folder, 'meta.json.part'), `${text}\n`);
      renameSync(join(folder, 'meta.json.part'), join(folder, 'meta.json'));
    },
  };
}

function arrayOf(target: Target): Float32Array | Int32Array {
  return 'survival' in target ? target.survival : Int32Array.of(target.purchaseAfter, target.observed);
}

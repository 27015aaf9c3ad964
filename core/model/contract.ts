/** The model contract: what goes into the one ONNX file and what comes out. */

export const MODEL_NAME = 'buy_timing';
export const HORIZONS = [1, 3, 7, 14, 30] as const;
/** Rows of a forecast: days of silence 0…30 after the origin. */
export const SILENCE_ROWS = 31;
export const MAX_LENGTH = 256;
/** Sequence lengths a call may have; pad up to the next one. */
export const LENGTHS = [32, 64, 128, 256] as const;
export const MAX_BATCH = 64;
/** The user's own categories the model can tell apart; 0 is none or another. */
export const LOCAL_CATEGORIES = 64;

/** A user's collapsed sequence: one entry per position, oldest first. */
export interface Sequence {
  words: Int32Array;
  /** Wall-clock seconds of the shop's time zone (as if UTC). */
  at: Float64Array;
  count: Float32Array;
  local: Int32Array;
  /** The user's own categories: `categories[k - 1]` is the category that `local` calls k. */
  categories: string[];
}

/** One call of the model: B sequences padded to T positions, row-major. */
export interface ModelInput {
  batch: number;
  length: number;
  words: BigInt64Array;
  at: BigInt64Array;
  count: Float32Array;
  local: BigInt64Array;
  lengths: BigInt64Array;
  /** Shop statistics, [B, S]. */
  shop: Float32Array;
  origin: BigInt64Array;
}

/** What the model says, row-major. */
export interface ModelOutput {
  batch: number;
  /** Number of time bins K. */
  bins: number;
  /** [B, 31, K] */
  hazard: Float32Array;
  /** [B, 31, 5] */
  pBuy: Float32Array;
  /** [B, 10] */
  nextWord: BigInt64Array;
  /** [B, 10] */
  nextWordP: Float32Array;
  /** [B, 65] */
  nextLocalP: Float32Array;
}

/** Asks the model; implemented over SageMaker Runtime and in-process. B ≤ 64. */
export interface Scorer {
  /**
   * @param version of the bundle that the input was made for; absent: the one that is asked has a single one
   * @throws ScorerUnavailable
   */
  score(input: ModelInput, version?: string): Promise<ModelOutput>;
}

/** The model does not answer for now; asking again later may help. */
export class ScorerUnavailable extends Error {
  constructor(cause?: unknown) {
    super('the model does not answer', { cause });
    this.name = 'ScorerUnavailable';
  }
}

export interface Manifest {
  version: string;
  size: string;
  members: number;
  parameters: number;
  horizons: number[];
  /** Edges of the time bins in days: bin k is [bins[k], bins[k + 1]). K + 1 numbers, daily to 31. */
  bins: number[];
  shopStatistics: string[];
  maxLength: number;
  vocabularySize: number;
  /** After private training `users` is counted with noise, and `actions` is not told. */
  trainedOn: {
    firstDay: string;
    lastDay: string;
    users: number;
    actions?: number;
    hash: string;
    /** Of shops that do not exist: its days say nothing of ours. */
    simulated?: boolean;
  };
  /** Of one user, over the whole training; docs/privacy.md. */
  private: { epsilon: number; delta: number } | null;
  backtest: Record<string, unknown>;
  calibration: Record<string, unknown>;
  /** sha256 of each file of the bundle, by its path in the bundle. */
  files: Record<string, string>;
}

/** A model bundle as a function needs it: all but the weights. */
export interface Bundle {
  manifest: Manifest;
  /** Word by id; 0 is padding, 1 to 10 are the action types. */
  vocabulary: string[];
}

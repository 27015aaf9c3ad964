/**
 * How often each 64-bit hash was met, in about 17 bytes a distinct hash: an open-addressing table in typed arrays.
 * It is cut into segments that grow one at a time, so that growing never needs the whole table twice.
 */

const SEGMENTS = 256;
const FIRST_SLOTS = 64;
const FULLEST = 0.8;
const GROWTH = 1.5;

export interface HashCounts {
  /**
   * Counts one more of a hash.
   * @param high upper 32 bits
   * @param low lower 32 bits
   * @returns how often it was met by now, 1 the first time
   */
  add(high: number, low: number): number;
  has(high: number, low: number): boolean;
  /** Distinct hashes. */
  readonly size: number;
}

interface Segment {
  used: number;
  high: Uint32Array;
  low: Uint32Array;
  /** 0: the slot is free. */
  count: Uint32Array;
}

export function createHashCounts(): HashCounts {
  const segments = Array.from({ length: SEGMENTS }, () => createSegment(FIRST_SLOTS));
  let size = 0;
  return {
    get size() {
      return size;
    },
    has(high, low) {
      const segment = segments[high >>> 24]!;
      return segment.count[slotOf(segment, high, low)] !== 0;
    },
    add(high, low) {
      let segment = segments[high >>> 24]!;
      let slot = slotOf(segment, high, low);
      if (segment.count[slot] === 0) {
        if (segment.used + 1 > segment.count.length * FULLEST) {
          segment = grown(segment);
          segments[high >>> 24] = segment;
          slot = slotOf(segment, high, low);
        }
        segment.high[slot] = high;
        segment.low[slot] = low;
        segment.used++;
        size++;
      }
      segment.count[slot]!++;
      return segment.count[slot]!;
    },
  };
}

function createSegment(slots: number): Segment {
  return { used: 0, high: new Uint32Array(slots), low: new Uint32Array(slots), count: new Uint32Array(slots) };
}

/** The slot that holds a hash, or the free one where it belongs. */
function slotOf(segment: Segment, high: number, low: number): number {
  const slots = segment.count.length;
  let slot = (low >>> 0) % slots;
  while (segment.count[slot] !== 0 && (segment.low[slot] !== low >>> 0 || segment.high[slot] !== high >>> 0)) {
    slot = slot + 1 === slots ? 0 : slot + 1;
  }
  return slot;
}

function grown(segment: Segment): Segment {
  const larger = createSegment(Math.ceil(segment.count.length * GROWTH));
  larger.used = segment.used;
  for (let from = 0; from < segment.count.length; from++) {
    const count = segment.count[from]!;
    if (count === 0) continue;
    const slot = slotOf(larger, segment.high[from]!, segment.low[from]!);
    larger.high[slot] = segment.high[from]!;
    larger.low[slot] = segment.low[from]!;
    larger.count[slot] = count;
  }
  return larger;
}

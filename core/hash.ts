/**
 * MurmurHash3 x86 128 of a text's UTF-16 code units (little endian), as 32 hexadecimal digits. Names things by their
 * content; keeps no secret and stands against no attack.
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export function contentHash(text: string): string {
  const multipliers = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
  const state: [number, number, number, number] = [0, 0, 0, 0];
  const keyed = (lane: number, block: number): number =>
    Math.imul(rotate(Math.imul(block, multipliers[lane]!), 15 + lane), multipliers[(lane + 1) % 4]!);
  const block = (at: number): number => (text.charCodeAt(at) || 0) | ((text.charCodeAt(at + 1) || 0) << 16);

  const whole = text.length - (text.length % 8);
  for (let at = 0; at < whole; at += 8) {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = rotate(state[lane]! ^ keyed(lane, block(at + 2 * lane)), ROTATIONS[lane]!);
      state[lane] = (Math.imul(mixed + state[(lane + 1) % 4]!, 5) + ADDENDS[lane]!) | 0;
    }
  }
  for (let lane = 0; whole + 2 * lane < text.length; lane++) state[lane]! ^= keyed(lane, block(whole + 2 * lane));
  for (let lane = 0; lane < 4; lane++) state[lane]! ^= 2 * text.length;
  mixLanes(state);
  for (let lane = 0; lane < 4; lane++) state[lane] = finish(state[lane]!);
  mixLanes(state);
  return state.map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The first 32 bits of a text's hash, as a whole number. */
export function contentNumber(text: string): number {
  return Number.parseInt(contentHash(text).slice(0, 8), 16);
}

const ROTATIONS = [19, 17, 15, 13] as const;
const ADDENDS = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;

function mixLanes(state: [number, number, number, number]): void {
  state[0] = (state[0] + state[1] + state[2] + state[3]) | 0;
  for (let lane = 1; lane < 4; lane++) state[lane] = (state[lane]! + state[0]) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

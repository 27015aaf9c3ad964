/** Another bundle, made of the shipped one: the same model, whose hazards are higher or lower by a constant on logits. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_FILE } from '../../adapters/bundles.ts';
import { BUNDLE } from './shop.ts';

/** The tensor that is added to every hazard. */
const BIAS = '0.linear.bias';

/** @param change of the manifest beside version and hash */
export function variantBundle(folder: string, version: string, shift: number, change: object = {}): string {
  cpSync(BUNDLE, folder, { recursive: true });
  const weights = readFileSync(join(BUNDLE, 'weights.safetensors'));
  const header = Number(weights.readBigUInt64LE());
  const { data_offsets: offsets } = JSON.parse(weights.toString('utf8', 8, 8 + header))[BIAS];
  const bias = weights.subarray(8 + header + offsets[0], 8 + header + offsets[1]);
  const model = readFileSync(join(BUNDLE, MODEL_FILE));
  const at = model.indexOf(bias);
  for (let i = 0; i < bias.length; i += 4) model.writeFloatLE(bias.readFloatLE(i) + shift, at + i);
  writeFileSync(join(folder, MODEL_FILE), model);
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const files = { ...manifest.files, [MODEL_FILE]: createHash('sha256').update(model).digest('hex') };
  writeFileSync(path, JSON.stringify({ ...manifest, version, files, ...change }));
  return folder;
}

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runImport } from '../support/import.ts';

const FOLDER = process.env.BUY_TIMING_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const FILE = join(FOLDER, 'tmall.csv');
const isThere = existsSync(FILE);
if (!isThere) {
  process.stderr.write(`skipped: there is no tmall.csv in ${FOLDER}; name its folder in BUY_TIMING_DATA\n`);
}

(isThere ? test : test.skip)(
  'a real log of 182,880 rows is imported exactly, once, within 500 MB',
  async () => {
    const lines = readFileSync(FILE, 'utf8').trim().split('\n').slice(1);
    const days = lines.map((line) => line.split(',')[1]!).sort();
    const data = mkdtempSync(join(tmpdir(), 'import-real-'));
    try {
      const args = [FILE, '--types', 'buy=purchase', '--data', data, '--time-zone', 'Asia/Shanghai'];
      const first = await runImport(args);
      expect(first.json).toMatchObject({
        read: lines.length,
        accepted: lines.length,
        duplicates: 0,
        rejected: 0,
        users: new Set(lines.map((line) => line.split(',')[0])).size,
        firstDay: days[0],
        lastDay: days.at(-1),
      });
      expect(first.peakMB).toBeLessThan(500);
      const second = await runImport(args);
      expect(second.json).toMatchObject({ accepted: 0, duplicates: lines.length });
      expect(second.peakMB).toBeLessThan(500);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  },
  240_000,
);

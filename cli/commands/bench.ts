/** `npm run bench`: measures the product on this machine. The benches themselves are in test/bench/. */
import type { Bench, BenchResult } from '../../test/bench/bench.ts';
import { choice, defineCommand, integer } from '../framework.ts';

const BENCHES = ['import', 'ingest', 'cold', 'timing', 'nightly', 'never-seen', 'scorer'] as const;
/** These take long, and run only by name. */
const LONG = [
  'million',
  'fuzz',
  'reasons',
  'audiences',
  'demand',
  'counted',
  'counted-large',
  'first-load',
  'memory',
  'start',
] as const;

export default defineCommand({
  name: 'bench',
  summary:
    'Measures import, ingest, timing answers, nightly runs, scores of real logs and the speed of the model here.',
  options: {
    only: choice('NAME', [...BENCHES, ...LONG], `measures this alone; ${LONG.join(', ')} run only so`),
    percent: integer('N', 'does this much of the work', { min: 1, max: 100, default: 100 }),
  },
  async run(context, _args, { only, percent }) {
    const results: Record<string, BenchResult> = {};
    for (const name of only ? [only] : BENCHES) {
      const { default: bench }: { default: Bench } = await import(`../../test/bench/${name}.ts`);
      const result = await bench({ scale: percent / 100, progress: (text) => context.progress(`${name}: ${text}`) });
      results[name] = result;
      context.print(`${name}: ${result.value} against ${result.against}, ratio ${result.ratio}; ${result.unit}`);
    }
    return results;
  },
});

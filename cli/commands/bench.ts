/** `npm run bench`: measures the product on this machine. The benches themselves are in test/bench/. */
import type { Bench, BenchResult } from '../../test/bench/bench.ts';
import { choice, defineCommand } from '../framework.ts';

const BENCHES = ['import', 'ingest', 'timing', 'nightly', 'never-seen', 'scorer'] as const;

export default defineCommand({
  name: 'bench',
  summary:
    'Measures import, ingest, timing answers, nightly runs, scores of real logs and the model’s speed on this machine.',
  options: { only: choice('NAME', BENCHES, 'measures this alone') },
  async run(context, _args, { only }) {
    const results: Record<string, BenchResult> = {};
    for (const name of only ? [only] : BENCHES) {
      const { default: bench }: { default: Bench } = await import(`../../test/bench/${name}.ts`);
      const result = await bench({ scale: 1, progress: (text) => context.progress(`${name}: ${text}`) });
      results[name] = result;
      context.print(`${name}: ${result.value} against ${result.against}, ratio ${result.ratio}; ${result.unit}`);
    }
    return results;
  },
});

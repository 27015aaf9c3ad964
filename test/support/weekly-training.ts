/** What a weekly training needs of a shop, and what SageMaker's job leaves of it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../core/simulation/random.ts';
import { addDays, type Day } from '../../core/time.ts';
import type { TrainingJob } from './local-cloud.ts';
import type { TestShop } from './shop.ts';
import { variantBundle } from './variant.ts';

const WEEKS = 24;

/** Users who come every week, and buy in one of four. */
export async function actForWeeks(shop: TestShop, today: Day, users: number): Promise<void> {
  const random = createRandom(1, 2);
  for (let user = 0; user < users; user++)
    await shop.act(
      `user-${user}`,
      ...Array.from({ length: WEEKS }, (_, week): [string, string][] => {
        const day = addDays(today, -7 * week - random.integer(1, 7));
        const buys = random.chance(0.25);
        return [
          [`${day}T10:00:00Z`, 'view:shoes'],
          [`${day}T11:00:00Z`, buys ? 'purchase:shoes' : 'view:hats'],
        ];
      }).flat(),
    );
}

/** Puts a bundle where SageMaker would put that of the job; see `variantBundle`. */
export function leaveBundle({ objectFolder }: TestShop, job: TrainingJob, version: string, shift: number) {
  const artifacts = `${job.OutputDataConfig.S3OutputPath}/${job.TrainingJobName}/output/model/`;
  const made = variantBundle(mkdtempSync(join(tmpdir(), 'trained-')), version, shift);
  const to = join(objectFolder, artifacts.replace('s3://<Objects>/', ''), 'bundle');
  mkdirSync(to, { recursive: true });
  cpSync(made, to, { recursive: true });
  rmSync(made, { recursive: true });
  return { artifacts };
}

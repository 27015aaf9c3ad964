/** One whole Buy Timing: everything of a stage, in one region. */
import { Stage, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageConfig } from './config.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EventsStack } from './stacks/events.ts';
import { ModelStack } from './stacks/model.ts';
import { NightlyStack } from './stacks/nightly.ts';
import { PrivacyStack } from './stacks/privacy.ts';

export class BuyTiming extends Stage {
  constructor(scope: Construct, name: string, config: StageConfig) {
    super(scope, name, { env: { region: config.region } });
    // Every physical name begins with it, so that stages can share an account.
    const prefix = `buy-timing-${name}`;
    const data = new DataStack(this, 'data', { stackName: `${prefix}-data`, prefix, config });
    const model = new ModelStack(this, 'model', { stackName: `${prefix}-model`, prefix, config, data });
    new ApiStack(this, 'api', { stackName: `${prefix}-api`, prefix, config, data, model });
    new NightlyStack(this, 'nightly', { stackName: `${prefix}-nightly`, prefix, config, data, model });
    new EventsStack(this, 'events', { stackName: `${prefix}-events`, prefix, config, data, model });
    new PrivacyStack(this, 'privacy', { stackName: `${prefix}-privacy`, config, data, model });
    Tags.of(this).add('product', 'buy-timing');
    Tags.of(this).add('stage', name);
  }
}

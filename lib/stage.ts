/** One whole Buy Timing: everything of a stage, in one region. */
import { Stage, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageConfig } from './config.ts';
import { prefixOf } from './names.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EdgeStack } from './stacks/edge.ts';
import { EventsStack } from './stacks/events.ts';
import { FIREWALL_REGION, FirewallStack } from './stacks/firewall.ts';
import { ModelStack } from './stacks/model.ts';
import { NightlyStack } from './stacks/nightly.ts';
import { PrivacyStack } from './stacks/privacy.ts';
import { TrainingStack } from './stacks/training.ts';
import { WatchStack } from './stacks/watch.ts';

export class BuyTiming extends Stage {
  constructor(scope: Construct, name: string, config: StageConfig) {
    super(scope, name, { env: { region: config.region } });
    const prefix = prefixOf(this);
    const data = new DataStack(this, 'data', { stackName: `${prefix}-data`, prefix, config });
    const model = new ModelStack(this, 'model', { stackName: `${prefix}-model`, prefix, config, data });
    const api = new ApiStack(this, 'api', { stackName: `${prefix}-api`, prefix, config, data, model });
    // CloudFront's firewall is in us-east-1, wherever the rest stands.
    const crossRegionReferences = config.region !== FIREWALL_REGION;
    const firewall = new FirewallStack(this, 'firewall', {
      stackName: `${prefix}-firewall`,
      env: { region: FIREWALL_REGION },
      crossRegionReferences,
      prefix,
      config,
    });
    new EdgeStack(this, 'edge', { stackName: `${prefix}-edge`, crossRegionReferences, config, data, api, firewall });
    new NightlyStack(this, 'nightly', { stackName: `${prefix}-nightly`, prefix, config, data, model });
    new EventsStack(this, 'events', { stackName: `${prefix}-events`, prefix, config, data, model });
    new PrivacyStack(this, 'privacy', { stackName: `${prefix}-privacy`, config, data, model });
    new TrainingStack(this, 'training', { stackName: `${prefix}-training`, prefix, config, data, model });
    new WatchStack(this, 'watch', { stackName: `${prefix}-watch`, prefix, api });
    Tags.of(this).add('product', 'buy-timing');
    Tags.of(this).add('stage', name);
  }
}

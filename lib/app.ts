/** The CDK app: one `BuyTiming` stage per entry of `stages` in cdk.json, held against AwsSolutions. */
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseStages } from './config.ts';
import { BuyTiming } from './stage.ts';

/** @throws Error naming every wrong value of cdk.json */
export function createApp(props?: AppProps): App {
  const app = new App(props);
  for (const [name, config] of Object.entries(parseStages(app.node.tryGetContext('stages')))) {
    new BuyTiming(app, name, config);
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

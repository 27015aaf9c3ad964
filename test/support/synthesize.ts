/**
 * Makes the templates of the stages given as JSON on stdin, and prints them as JSON. A process of its own: in jest's
 * sandbox the CDK takes ten times as long to load.
 */
import { readFileSync } from 'node:fs';
import { Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { createApp } from '../../lib/app.ts';
import type { SynthesisRequest, SynthesisResult } from './infra.ts';

const { context, flaw } = JSON.parse(readFileSync(0, 'utf8')) as SynthesisRequest;
const app = createApp({ context });
// What AwsSolutions must find: without it a clean result would prove nothing.
if (flaw) new Queue(new Stack(app, 'flaw'), 'Flaw');
const assembly = app.synth();
const result: SynthesisResult = {
  templates: Object.fromEntries(
    assembly.nestedAssemblies
      .flatMap(({ nestedAssembly }) => nestedAssembly.stacks)
      .map(({ stackName, template }) => [stackName, template]),
  ),
  acknowledged: app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([rule, reason]) => ({ path: node.path, rule, reason })),
  ),
};
process.stdout.write(JSON.stringify(result));

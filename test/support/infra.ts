/** The templates of every stage, made once per test file, and ways to read them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kept } from './kept.ts';

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any CloudFormation type.
  Properties: Record<string, any>;
  DependsOn?: string[];
  DeletionPolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

export type StackName =
  | 'data'
  | 'model'
  | 'api'
  | 'firewall'
  | 'edge'
  | 'nightly'
  | 'events'
  | 'privacy'
  | 'training'
  | 'watch';

export interface StageTemplates {
  name: string;
  config: Record<string, unknown> & { region: string; timeZone: string; scorer: string };
  stacks: Record<StackName, Template>;
}

export const cdkJson: { context: Record<string, unknown> & { stages: Record<string, StageTemplates['config']> } } =
  JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** The stages of cdk.json, and what they leave out: an endpoint always up, an e-mail, another region, a domain; no endpoint at all. */
const stages: Record<string, StageTemplates['config']> = {
  ...cdkJson.context.stages,
  other: {
    ...cdkJson.context.stages.prod!,
    region: 'us-east-1',
    timeZone: 'America/New_York',
    scorer: 'always',
    instanceType: 'ml.g5.xlarge',
    alarmEmail: 'ops@example.com',
    retentionDays: 365,
    budget: undefined,
    vpc: { subnets: ['subnet-0a1b2c3d', 'subnet-1a2b3c4d'], securityGroups: ['sg-0c1d2e3f'] },
    training: { weekday: 'TUE', size: 'base' },
    domain: { name: 'timing.example.com', certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1a-2b' },
  },
  small: { ...cdkJson.context.stages.dev!, scorer: 'lambda', instanceType: undefined, budget: undefined },
};

export interface SynthesisRequest {
  context: Record<string, unknown>;
  /** Adds something that AwsSolutions must not let through. */
  flaw?: boolean;
}

export interface SynthesisResult {
  /** By stack name. */
  templates: Record<string, Template>;
  /** What cdk-nag found and was told to accept. */
  acknowledged: { path: string; rule: string; reason: string }[];
}

/** Templates name hashes of functions' sources, of the bundle and of the dashboard's. */
const MADE_OF = [
  ...['lib', 'functions', 'core', 'adapters', 'web/headers.ts', 'web/styles', 'model/bundles/tiny'],
  ...['cdk.json', 'package.json', 'package-lock.json', 'test/support/synthesize.ts'],
];

/** @throws Error with what the CDK says, when it refuses */
export function runSynthesis(request: Partial<SynthesisRequest> = {}): SynthesisResult {
  const context = { ...cdkJson.context, stages, 'aws:cdk:bundling-stacks': [], ...request.context };
  const script = fileURLToPath(new URL('./synthesize.ts', import.meta.url));
  const input = JSON.stringify({ ...request, context });
  const printed = kept(MADE_OF, input, () =>
    execFileSync(process.execPath, [script], { input, maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' }).toString('utf8'),
  );
  return JSON.parse(printed);
}

export function synthesize(): StageTemplates[] {
  const { templates } = runSynthesis();
  return Object.entries(stages).map(([name, config]) => {
    const template = (stack: StackName): Template => templates[`buy-timing-${name}-${stack}`]!;
    return {
      name,
      config,
      stacks: {
        data: template('data'),
        model: template('model'),
        api: template('api'),
        firewall: template('firewall'),
        edge: template('edge'),
        nightly: template('nightly'),
        events: template('events'),
        privacy: template('privacy'),
        training: template('training'),
        watch: template('watch'),
      },
    };
  });
}

export function ofType(template: Template, type: string): (Resource & { id: string })[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, ...resource }));
}

/** A logical id without CDK's hash: `ingestRole5EEAAB0E` is `ingestRole`. */
export function plainId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

/** A value of CloudFormation as text; what another stack exports reads as what it is there. */
export function readable(value: unknown, stage: StageTemplates): string {
  if (typeof value === 'string') return value;
  const [[kind, of] = ['', '']] = Object.entries(value as Record<string, unknown>);
  switch (kind) {
    case 'Fn::Join': {
      const [between, parts] = of as [string, unknown[]];
      return parts.map((part) => readable(part, stage)).join(between);
    }
    case 'Fn::ImportValue': {
      const outputs = Object.values(stage.stacks).flatMap((stack) => Object.values(stack.Outputs ?? {}));
      return readable(outputs.find(({ Export }) => Export?.Name === of)!.Value, stage);
    }
    case 'Fn::GetAtt': {
      const [id, attribute] = of as [string, string];
      // What the CDK brings from another region reads as what it is there.
      const [, found] = /FnGetAtt(\w+)Arn[0-9A-F]{8}$/.exec(attribute) ?? [];
      if (id.startsWith('ExportsReader') && found) return `<${found}.Arn>`;
      return `<${plainId(id)}.${attribute}>`;
    }
    case 'Fn::Sub':
      return (of as string).replace(/\$\{(.*?)\}/g, '<$1>');
    case 'Ref':
      return `<${plainId(of as string)}>`;
    default:
      throw new Error(`${kind} has no readable form yet`);
  }
}

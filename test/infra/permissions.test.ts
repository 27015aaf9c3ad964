/** Who may do what on AWS. A permission that is added anywhere must be added here, by somebody who wants it. */
import { type StageTemplates, synthesize } from '../support/infra.ts';
import { permissionsOf } from '../support/permissions.ts';

const OWN = `
  logs:CreateLogStream logs:PutLogEvents        on its own log
  xray:PutTelemetryRecords xray:PutTraceSegments on *
  secretsmanager:GetSecretValue                 on <Pepper>`;

/** Every function, even one that answers from its own code alone. */
const EVERY = OWN.split('\n').slice(0, -1).join('\n');

/** In a network of the shop's: Lambda itself with the role, and never the function. */
const JOINS_NETWORK = `
  ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces on * if there is no lambda:SourceFunctionArn
  ec2:DescribeSubnets ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses on * if there is no lambda:SourceFunctionArn`;

const RUNS_AT_ALL = `
  logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies on *
  logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery on *
  xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments on *
  lambda:InvokeFunction         on <planFunction.Arn>
  lambda:InvokeFunction         on <lookbackFunction.Arn>
  lambda:InvokeFunction         on <scoreshardFunction.Arn>
  lambda:InvokeFunction         on <finishFunction.Arn>
  states:StartExecution         on states:stateMachine:STAGE-nightly
  states:DescribeExecution states:StopExecution on states:execution:STAGE-nightly/shards:*`;

const MAKES_THE_ENDPOINT = `
  sagemaker:CreateModel         on sagemaker:model/STAGE-*
  sagemaker:CreateEndpointConfig on sagemaker:model/STAGE-*
  sagemaker:CreateEndpointConfig on sagemaker:endpoint-config/STAGE-*
  sagemaker:DescribeEndpoint sagemaker:DeleteEndpoint on sagemaker:endpoint/STAGE
  sagemaker:CreateEndpoint sagemaker:UpdateEndpoint on sagemaker:endpoint/STAGE
  sagemaker:CreateEndpoint sagemaker:UpdateEndpoint on sagemaker:endpoint-config/STAGE-*
  iam:PassRole                  on <ModelRole.Arn> if iam:PassedToService is sagemaker.amazonaws.com`;

/** It says whose calls the endpoint answers. */
const KEEPS_THE_ENDPOINT = `
  dynamodb:PutItem dynamodb:DeleteItem on <Settings.Arn> if dynamodb:LeadingKeys is model`;

const ALLOWED: Record<string, string> = {
  ingest: `${OWN}
  dynamodb:PutItem              on <Actions.Arn>
  dynamodb:GetItem dynamodb:UpdateItem on <Users.Arn>
  dynamodb:GetItem dynamodb:UpdateItem on <Links.Arn>
  dynamodb:GetItem              on <Erasures.Arn>
  dynamodb:GetItem dynamodb:Query on <Settings.Arn>
  dynamodb:PutItem              on <Sources.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/catalogue/*`,
  sources: `${OWN}
  dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem on <Settings.Arn>
  dynamodb:Query                on <Sources.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/catalogue/*
  s3:PutObject                  on s3:<Objects>/catalogue/*
  s3:DeleteObject               on s3:<Objects>/catalogue/*`,
  timing: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem              on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*
  s3:GetObject                  on s3:<Objects>/scores/*`,
  actions: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:GetItem              on <Settings.Arn>`,
  profile: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/scores/*`,
  audiences: `${OWN}
  dynamodb:BatchGetItem         on <Users.Arn>
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem dynamodb:Query dynamodb:PutItem dynamodb:DeleteItem on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/scores/*
  s3:GetObject s3:PutObject s3:DeleteObject on s3:<Objects>/audiences/*
  s3:GetObject s3:PutObject     on s3:<Objects>/downloads/*`,
  bands: `${OWN}
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem on <Settings.Arn>`,
  events: `${OWN}
  dynamodb:BatchGetItem         on <Users.Arn>
  dynamodb:GetItem              on <Settings.Arn>
  dynamodb:Query                on <Outbox.Arn>/index/byList`,
  webhooks: `${OWN}
  dynamodb:GetItem dynamodb:Query dynamodb:PutItem dynamodb:DeleteItem on <Settings.Arn>
  dynamodb:PutItem              on <Outbox.Arn>
  dynamodb:Query                on <Outbox.Arn>/index/byList`,
  deliver: `${OWN}
  dynamodb:BatchGetItem         on <Users.Arn>
  dynamodb:Query                on <Settings.Arn>
  dynamodb:GetItem dynamodb:PutItem on <Outbox.Arn>
  dynamodb:Query                on <Outbox.Arn>/index/byList
  events:PutEvents              on <Bus.Arn>`,
  'Scheduler of Deliver': 'lambda:InvokeFunction on <deliverFunction.Arn>',
  overview: `${OWN}
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem dynamodb:Query on <Settings.Arn>`,
  demand: `${OWN}
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem              on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/demand/*`,
  quality: `${OWN}
  dynamodb:GetItem              on <Runs.Arn>
  dynamodb:GetItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*`,
  keys: `${OWN}
  dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem dynamodb:Query on <Settings.Arn>`,
  regulations: `${OWN}
  dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem on <Erasures.Arn>
  dynamodb:GetItem              on <Settings.Arn>`,
  erase: `${OWN}
  dynamodb:Query dynamodb:Scan dynamodb:DeleteItem on <Actions.Arn>
  dynamodb:Query dynamodb:Scan dynamodb:DeleteItem on <Users.Arn>
  dynamodb:Query dynamodb:Scan dynamodb:DeleteItem on <Outbox.Arn>
  dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:DeleteItem on <Links.Arn>
  dynamodb:GetItem dynamodb:PutItem on <Runs.Arn>
  dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:Scan on <Erasures.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject s3:PutObject     on s3:<Objects>/catalogue/*
  s3:GetObject s3:PutObject     on s3:<Objects>/scores/*
  s3:GetObject s3:PutObject     on s3:<Objects>/warehouse/*
  s3:GetObject s3:PutObject     on s3:<Objects>/downloads/*
  s3:GetObject s3:PutObject s3:DeleteObject on s3:<Objects>/audiences/*
  s3:GetObject s3:PutObject s3:DeleteObject on s3:<Objects>/demand/*`,
  'Scheduler of Erasures': `
  lambda:InvokeFunction         on <eraseFunction.Arn>
  lambda:InvokeFunction         on <eraseFunction.Arn>:*`,
  health: `${OWN}
  dynamodb:GetItem              on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*
  s3:GetObject                  on s3:<Objects>/health/*`,
  openapi: EVERY,
  plan: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:GetItem dynamodb:PutItem dynamodb:Query on <Runs.Arn>
  dynamodb:GetItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*`,
  lookback: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:GetItem dynamodb:PutItem on <Runs.Arn>
  dynamodb:PutItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*`,
  scoreshard: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:BatchGetItem dynamodb:UpdateItem on <Users.Arn>
  dynamodb:GetItem dynamodb:PutItem on <Runs.Arn>
  dynamodb:PutItem              on <Outbox.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*
  s3:GetObject s3:PutObject     on s3:<Objects>/scores/*
  s3:PutObject                  on s3:<Objects>/warehouse/*
  s3:PutObject                  on s3:<Objects>/demand/*`,
  finish: `${OWN}
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:GetItem dynamodb:PutItem dynamodb:Query on <Runs.Arn>
  dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject s3:DeleteObject  on s3:<Objects>/scores/*
  s3:DeleteObject               on s3:<Objects>/warehouse/*
  s3:GetObject s3:PutObject s3:DeleteObject on s3:<Objects>/audiences/*
  s3:GetObject s3:PutObject s3:DeleteObject on s3:<Objects>/demand/*`,
  Originauthorize: `${EVERY}
  secretsmanager:GetSecretValue on <OriginHeader>`,
  rotate: `${EVERY}
  secretsmanager:DescribeSecret secretsmanager:GetSecretValue on <OriginHeader>
  secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage on <OriginHeader>
  cloudfront:GetDistribution cloudfront:GetDistributionConfig on cloudfront:distribution/<Distribution>
  cloudfront:UpdateDistribution on cloudfront:distribution/<Distribution>
  wafv2:GetWebACL               on <WebAcl.Arn>`,
  // Uploads the dashboard during a deployment.
  DashboardWeb: `
  logs:CreateLogStream logs:PutLogEvents on its own log
  s3:GetObject                  on s3:cdk-hnb659fds-assets-<AWS::AccountId>-REGION/HASH.zip
  s3:ListBucket                 on <DashboardFiles.Arn>
  s3:PutObject s3:AbortMultipartUpload s3:DeleteObject on <DashboardFiles.Arn>/*`,
  promotion: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:GetItem dynamodb:PutItem dynamodb:Query on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject s3:PutObject     on s3:<Objects>/models/*
  s3:GetObject                  on s3:<Objects>/training/*`,
  'Scheduler of Watch': 'lambda:InvokeFunction on <promotionFunction.Arn>',
  // Makes the shipped bundle live in a deployment, where nothing was ever live.
  FirstModel: `
  logs:CreateLogStream logs:PutLogEvents on its own log
  dynamodb:PutItem              on <Settings.Arn> if dynamodb:LeadingKeys is model`,
  // Uploads the shipped bundle during a deployment.
  Bundle: `
  logs:CreateLogStream logs:PutLogEvents on its own log
  s3:GetObject                  on s3:cdk-hnb659fds-assets-<AWS::AccountId>-REGION/HASH.zip
  s3:ListBucket                 on s3:<Objects>
  s3:PutObject s3:AbortMultipartUpload on s3:<Objects>/models/VERSION/*
  kms:Decrypt                   on <KeysUsers.Arn> via s3`,
};

/** SageMaker and the container of the model. */
const MODEL = `
  s3:GetObject                  on s3:<Objects>/models/*
  s3:ListBucket                 on s3:<Objects> if s3:prefix is models/*
  ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on TRITON
  ecr:GetAuthorizationToken     on *
  logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogStreams on logs:log-group:/aws/sagemaker/Endpoints/STAGE:*
  logs:PutLogEvents             on logs:log-group:/aws/sagemaker/Endpoints/STAGE:*
  cloudwatch:PutMetricData      on * if cloudwatch:namespace is /aws/sagemaker/*`;

/** The model in a Lambda: no secret, and no table but the one that says which model is live. */
const SCORER = `${EVERY}
  dynamodb:GetItem              on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*`;

const ASKS_ENDPOINT = '\n  sagemaker:InvokeEndpoint on sagemaker:endpoint/STAGE';
const ASKS_SCORER = '\n  lambda:InvokeFunction on <scorerFunction.Arn>';

/** Where a stage trains. `Machine` is its state machine, `Job` what SageMaker trains as. */
const TRAINS: Record<string, string> = {
  trainingexport: `${OWN}
  dynamodb:Query                on <Actions.Arn>
  dynamodb:GetItem              on <Users.Arn>
  dynamodb:Query                on <Users.Arn>/index/byShard
  dynamodb:GetItem              on <Settings.Arn>
  s3:ListBucket                 on s3:<Objects>
  s3:GetObject                  on s3:<Objects>/models/*
  s3:PutObject                  on s3:<Objects>/training/*`,
  Trainer: `
  logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies on *
  logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery on *
  xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments on *
  lambda:InvokeFunction         on <trainingexportFunction.Arn>
  lambda:InvokeFunction         on <promotionFunction.Arn>
  sagemaker:CreateTrainingJob sagemaker:DescribeTrainingJob on sagemaker:training-job/STAGE-*
  iam:PassRole                  on <JobRole.Arn> if iam:PassedToService is sagemaker.amazonaws.com`,
  'Scheduler of Weekly': 'states:StartExecution on <Trainer>',
  Job: `
  s3:GetObject                  on s3:<Objects>/models/*
  s3:GetObject s3:PutObject     on s3:<Objects>/training/*
  s3:GetObject                  on s3:<Objects>/training-code/*
  s3:ListBucket                 on s3:<Objects> if s3:prefix is models/*,training/*,training-code/*
  ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on PYTORCH
  ecr:GetAuthorizationToken     on *
  logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogStreams on logs:log-group:/aws/sagemaker/TrainingJobs:*
  logs:PutLogEvents             on logs:log-group:/aws/sagemaker/TrainingJobs:*
  cloudwatch:PutMetricData      on * if cloudwatch:namespace is /aws/sagemaker/*`,
  // Uploads the code of the training during a deployment.
  Code: `
  logs:CreateLogStream logs:PutLogEvents on its own log
  s3:GetObject                  on s3:cdk-hnb659fds-assets-<AWS::AccountId>-REGION/HASH.zip
  s3:ListBucket                 on s3:<Objects>
  s3:PutObject s3:AbortMultipartUpload on s3:<Objects>/training-code/*
  kms:Decrypt                   on <KeysUsers.Arn> via s3`,
};

/** CDK's own, which bring the firewall's ARN from us-east-1 during a deployment. */
const ACROSS_REGIONS: Record<string, string> = {
  CustomCrossRegionExportWriterCustomResourceProvider: `
  managed                       on arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
  ssm:DeleteParameters ssm:ListTagsForResource ssm:GetParameters on ssm:parameter/cdk/exports/*
  ssm:PutParameter              on ssm:parameter/cdk/exports/*`,
  CustomCrossRegionExportReaderCustomResourceProvider: `
  managed                       on arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
  ssm:AddTagsToResource ssm:RemoveTagsFromResource ssm:GetParameters on ssm:parameter/cdk/exports/STAGE-edge/*`,
};

const NIGHTLY: Record<string, string> = {
  Machine: RUNS_AT_ALL + MAKES_THE_ENDPOINT,
  'Scheduler of Nightly': 'states:StartExecution on <Machine>',
  'Scheduler of Sweep': 'sagemaker:DeleteEndpoint on sagemaker:endpoint/STAGE',
};
const ALWAYS: Record<string, string> = {
  Machine: RUNS_AT_ALL + MAKES_THE_ENDPOINT + KEEPS_THE_ENDPOINT,
  'Scheduler of Nightly': 'states:StartExecution on <Machine>',
};
const WITHOUT: Record<string, string> = {
  Machine: RUNS_AT_ALL,
  'Scheduler of Nightly': 'states:StartExecution on <Machine>',
};

function allowedIn({ scorer, region, training, vpc }: StageTemplates['config']): Record<string, string> {
  const night = scorer === 'lambda' ? ASKS_SCORER : ASKS_ENDPOINT;
  const allowed: Record<string, string> = {
    ...ALLOWED,
    timing: ALLOWED.timing + (scorer === 'always' ? ASKS_SCORER + ASKS_ENDPOINT : ASKS_SCORER),
    lookback: ALLOWED.lookback + night,
    scoreshard: ALLOWED.scoreshard + night,
    ...{ nightly: NIGHTLY, always: ALWAYS, lambda: WITHOUT }[scorer],
    ...(scorer !== 'lambda' && { Model: MODEL }),
    scorer: SCORER,
    ...(training !== undefined && TRAINS),
    ...(region !== 'us-east-1' && ACROSS_REGIONS),
  };
  const join = (text: string) => (vpc && text.startsWith(EVERY) ? text + JOINS_NETWORK : text);
  return Object.fromEntries(Object.entries(allowed).map(([role, text]) => [role, join(text)]));
}

/** The keys of what it reads and writes, each as that service asks for it. */
function withKeys(allowed: string): string {
  const key = (line: RegExp, text: string) => (line.test(allowed) ? `\n  ${text}` : '');
  return (
    allowed +
    key(/dynamodb:/, 'kms:Decrypt on <KeysUsers.Arn> via dynamodb') +
    key(/s3:GetObject.* on s3:<Objects>/, 'kms:Decrypt on <KeysUsers.Arn> via s3') +
    key(/s3:PutObject.* on s3:<Objects>/, 'kms:GenerateDataKey on <KeysUsers.Arn> via s3') +
    key(/GetSecretValue/, 'kms:Decrypt on <KeysSecrets.Arn> via secretsmanager') +
    key(/PutSecretValue/, 'kms:GenerateDataKey on <KeysSecrets.Arn> via secretsmanager')
  );
}

/** `a b on c` as `a on c` and `b on c`. */
function linesOf(allowed: string): string[] {
  return allowed
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [actions, resource] = line.trim().split(/ +on /);
      return actions!.split(' ').map((action) => `${action} on ${resource}`);
    })
    .sort();
}

const stages = synthesize();

describe.each(stages)('in stage $name', (stage) => {
  const found = Map.groupBy(permissionsOf(stage), ({ role }) => role);
  const expected = allowedIn(stage.config);

  test('there are these roles and no others', () => {
    expect([...found.keys()].sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.keys(expected))('%s may do exactly this', (role) => {
    const lines = found.get(role)!.map(({ action, resource }) => `${action} on ${resource}`);
    expect(lines.sort()).toEqual(linesOf(withKeys(expected[role]!)));
  });

  test('nobody may do all of a service, and only what has no resource is allowed on all of them', () => {
    const onAll = [...found.values()].flat().filter(({ resource }) => resource.startsWith('*'));
    const services = new Set(onAll.map(({ action }) => action.replace(/^(logs|xray|ecr|cloudwatch|ec2):.*/, '$1')));
    const ofModel = stage.config.scorer === 'lambda' ? [] : ['cloudwatch', 'ecr'];
    const ofNetwork = stage.config.vpc ? ['ec2'] : [];
    expect([...services].sort()).toEqual([...ofModel, ...ofNetwork, 'logs', 'xray'].sort());
    for (const { action } of [...found.values()].flat())
      expect(action).toMatch(/^([a-z0-9-]+:[A-Z][A-Za-z0-9]+|managed)$/);
  });
});

/** What lies under which key of KMS, and who may use it, in every stage. */
import { ofType, plainId, type Resource, readable, type StageTemplates, synthesize } from '../support/infra.ts';

type Found = Resource & { id: string };

/** Every type that keeps something: where its key is named, and which one is right. */
const KEPT: Record<string, { key: (properties: Resource['Properties']) => unknown; right: (of: Found) => string }> = {
  'AWS::DynamoDB::Table': { key: ({ SSESpecification: sse }) => sse?.KMSMasterKeyId, right: () => '<KeysUsers.Arn>' },
  'AWS::S3::Bucket': {
    key: ({ BucketEncryption: encryption }) => {
      const [rule] = encryption.ServerSideEncryptionConfiguration;
      const { SSEAlgorithm, KMSMasterKeyID } = rule.ServerSideEncryptionByDefault;
      if (KMSMasterKeyID) expect(rule.BucketKeyEnabled).toBe(true);
      return KMSMasterKeyID ?? SSEAlgorithm;
    },
    // The files of the dashboard are for everybody, who could not use a key.
    right: ({ id }) => (id.startsWith('Dashboard') ? 'AES256' : '<KeysUsers.Arn>'),
  },
  'AWS::SecretsManager::Secret': { key: ({ KmsKeyId }) => KmsKeyId, right: () => '<KeysSecrets.Arn>' },
  'AWS::Logs::LogGroup': { key: ({ KmsKeyId }) => KmsKeyId, right: () => '<KeysOperations.Arn>' },
  'AWS::SNS::Topic': { key: ({ KmsMasterKeyId }) => KmsMasterKeyId, right: () => '<KeysOperations.Arn>' },
};

/** Types that keep something else under keys that AWS owns: what passes through, or nothing of a user. */
const UNDER_AWS = ['AWS::Events::EventBus', 'AWS::StepFunctions::StateMachine', 'AWS::Lambda::Function'];

/** Services whose types keep something, so that a new one is not overlooked. */
const KEEPING =
  /^AWS::(DynamoDB|S3|S3Tables|SecretsManager|SSM|Logs|SNS|SQS|Kinesis\w*|EFS|RDS|ElastiCache|Athena|Glue)::/;
const KEEPING_NOTHING = [
  ...['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SNS::Subscription'],
  'AWS::SecretsManager::RotationSchedule',
];

const POLICIES: Record<string, string[]> = {
  Users: [
    'account: administer',
    'account: Decrypt Encrypt GenerateDataKey* ReEncrypt* if kms:ViaService is dynamodb, s3',
    'account: CreateGrant if kms:ViaService is dynamodb and kms:GrantIsForAWSResource is true',
  ],
  Secrets: ['account: administer', 'account: Decrypt GenerateDataKey if kms:ViaService is secretsmanager'],
  Operations: [
    'account: administer',
    'logs: Decrypt Encrypt GenerateDataKey* ReEncrypt* if kms:EncryptionContext:aws:logs:arn is our log groups',
    'budgets cloudwatch: Decrypt Encrypt GenerateDataKey* ReEncrypt* if aws:SourceAccount is ours',
  ],
};

describe.each(synthesize())('in stage $name', (stage) => {
  const keys = ofType(stage.stacks.data, 'AWS::KMS::Key');

  test('there is one key for each purpose, which changes every year and is not gone at once', () => {
    expect(keys.map(({ id }) => plainId(id))).toEqual(['KeysUsers', 'KeysSecrets', 'KeysOperations']);
    for (const { id, Properties, DeletionPolicy } of keys) {
      expect(Properties).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
      // Bucket and pepper stay when a stage goes.
      expect(DeletionPolicy).toBe(id.startsWith('KeysOperations') ? 'Delete' : 'Retain');
    }
    const elsewhere = Object.entries(stage.stacks).filter(([name]) => name !== 'data');
    expect(elsewhere.flatMap(([, template]) => ofType(template, 'AWS::KMS::Key'))).toEqual([]);
  });

  test.each(Object.keys(POLICIES))('the key of %s is used as its policy says', (purpose) => {
    const key = keys.find(({ id }) => plainId(id) === `Keys${purpose}`)!;
    // biome-ignore lint/suspicious/noExplicitAny: statements of any key's policy.
    const statements: any[] = key.Properties.KeyPolicy.Statement;
    expect(statements.map((statement) => statementText(statement, stage))).toEqual(POLICIES[purpose]);
  });

  const kept = Object.values(stage.stacks).flatMap((template) =>
    Object.entries(template.Resources).map(([id, resource]): Found => ({ id, ...resource })),
  );

  test.each(Object.keys(KEPT))('every %s is under the key of its purpose', (type) => {
    const { key, right } = KEPT[type]!;
    const found = kept.filter(({ Type }) => Type === type);
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) {
      const named = key(each.Properties);
      expect([each.id, named && readable(named, stage)]).toEqual([each.id, right(each)]);
    }
  });

  test('nothing else keeps anything, but under keys that AWS owns', () => {
    const others = kept.filter(({ Type }) => KEEPING.test(Type)).map(({ Type }) => Type);
    const known = [...Object.keys(KEPT), ...KEEPING_NOTHING, ...UNDER_AWS];
    expect(others.filter((type) => !known.includes(type))).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a statement of any key's policy.
function statementText({ Effect, Principal, Action, Resource: on, Condition, ...other }: any, stage: StageTemplates) {
  expect([Effect, on, other]).toEqual(['Allow', '*', {}]);
  const { region } = stage.config;
  const services: string[] = [Principal.Service ?? []].flat().map((service) => service.split('.')[0]);
  const who = services.sort().join(' ') || readable(Principal.AWS, stage).replace(/^arn:.*:root$/, 'account');
  const actions = [Action].flat().map((action: string) => action.replace(/^kms:/, ''));
  const what = actions.includes('PutKeyPolicy') ? administered(actions) : actions.join(' ');
  const pairs = Object.values((Condition ?? {}) as Record<string, Record<string, unknown>>).flatMap(Object.entries);
  const conditions = pairs.map(([key, value]) => {
    const values = [value].flat().map((each) => readable(each, stage).replace(`.${region}.amazonaws.com`, ''));
    const ours = values
      .join(', ')
      .replace('<AWS::AccountId>', 'ours')
      .replace(/^arn:aws:logs:[\w-]+:ours:log-group:\*$/, 'our log groups');
    return `${key} is ${ours}`;
  });
  return `${who}: ${what}${conditions.length > 0 ? ` if ${conditions.join(' and ')}` : ''}`;
}

/** Whoever administers a key neither reads under it nor lets others. */
function administered(actions: string[]): string {
  expect(actions.filter((action) => /crypt|GenerateData|CreateGrant|Sign|Mac|Import|\*/.test(action))).toEqual([]);
  return 'administer';
}

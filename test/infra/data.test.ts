import { TABLES, type TableDefinition } from '../../core/tables.ts';
import { cdkJson, ofType, synthesize, type Template } from '../support/infra.ts';

const stages = synthesize();

const tablesOf = (template: Template) => ofType(template, 'AWS::DynamoDB::Table');

describe.each(stages)('the data of stage $name', (stage) => {
  const { data } = stage.stacks;

  test('there are the tables of the store and no others', () => {
    const names = tablesOf(data).map(({ Properties }) => Properties.TableName);
    expect(names.sort()).toEqual(
      Object.keys(TABLES)
        .map((name) => `buy-timing-${stage.name}-${name}`)
        .sort(),
    );
  });

  test.each(Object.entries(TABLES) as [string, TableDefinition][])('%s is what the store declares', (name, table) => {
    const { Properties } = tablesOf(data).find((each) => each.Properties.TableName.endsWith(`-${name}`))!;
    const keys = [table.partitionKey, ...(table.sortKey ? [table.sortKey] : [])];
    expect(Properties.KeySchema).toEqual(
      keys.map((key, index) => ({ AttributeName: key.name, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    );
    const typed = [...keys, ...(table.index ? [table.index.partitionKey, table.index.sortKey] : [])];
    expect(Properties.AttributeDefinitions).toEqual(
      expect.arrayContaining(typed.map((key) => ({ AttributeName: key.name, AttributeType: key.type }))),
    );
    expect(Properties.TimeToLiveSpecification).toEqual(
      table.timeToLive ? { AttributeName: table.timeToLive, Enabled: true } : undefined,
    );
    expect(Properties.GlobalSecondaryIndexes).toEqual(
      table.index && [
        {
          IndexName: table.index.name,
          KeySchema: [
            { AttributeName: table.index.partitionKey.name, KeyType: 'HASH' },
            { AttributeName: table.index.sortKey.name, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: table.index.projects },
        },
      ],
    );
  });

  test('every table is on demand, can be restored to any second and is protected in prod', () => {
    for (const { Properties, DeletionPolicy } of tablesOf(data)) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: stage.config.protected,
      });
      expect(DeletionPolicy).toBe(stage.config.protected ? 'Retain' : 'Delete');
    }
  });

  test('actions, of which much is kept and little is read, lie where storage is cheap', () => {
    const cheap = tablesOf(data).filter(({ Properties }) => Properties.TableClass === 'STANDARD_INFREQUENT_ACCESS');
    expect(cheap.map(({ Properties }) => Properties.TableName)).toEqual([`buy-timing-${stage.name}-Actions`]);
  });

  test('the bucket is closed and kept', () => {
    const buckets = ofType(data, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(1);
    expect(buckets[0]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
  });

  test('the bucket refuses what does not come over TLS 1.2', () => {
    const [policy] = ofType(data, 'AWS::S3::BucketPolicy');
    const statements = policy!.Properties.PolicyDocument.Statement;
    expect(statements.every(({ Effect }: { Effect: string }) => Effect === 'Deny')).toBe(true);
    expect(statements.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
  });

  test('whatever costs by its size says whose it is', () => {
    const tagged = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'];
    for (const { Properties } of tagged.flatMap((type) => ofType(data, type)))
      expect(Properties.Tags).toEqual(
        expect.arrayContaining([
          { Key: 'product', Value: 'buy-timing' },
          { Key: 'stage', Value: stage.name },
        ]),
      );
  });

  test('scores are kept as long as actions', () => {
    const [bucket] = ofType(data, 'AWS::S3::Bucket');
    const rules: { Prefix?: string; ExpirationInDays?: number }[] = bucket!.Properties.LifecycleConfiguration.Rules;
    for (const folder of ['scores/', 'warehouse/', 'audiences/']) {
      const rule = rules.find(({ Prefix }) => Prefix === folder);
      expect(rule?.ExpirationInDays).toBe(stage.config.retentionDays);
    }
  });

  test('one generated secret holds the pepper, and stays', () => {
    const secrets = ofType(data, 'AWS::SecretsManager::Secret');
    expect(secrets).toHaveLength(1);
    expect(secrets[0]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { GenerateSecretString: { GenerateStringKey: 'pepper', PasswordLength: 64 } },
    });
    expect(secrets[0]!.Properties.SecretString).toBeUndefined();
  });

  test('a budget tells the topic of alarms when its month comes near it, goes over it or will', () => {
    const [budget] = ofType(data, 'AWS::Budgets::Budget');
    if (stage.config.budget === undefined) {
      expect(budget).toBeUndefined();
      return;
    }
    const [topic] = ofType(data, 'AWS::SNS::Topic');
    expect(budget!.Properties.Budget).toMatchObject({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: stage.config.budget, Unit: 'USD' },
    });
    // biome-ignore lint/suspicious/noExplicitAny: the properties of a CloudFormation type.
    const told = budget!.Properties.NotificationsWithSubscribers.map(({ Notification, Subscribers }: any) => {
      expect(Subscribers).toEqual([{ SubscriptionType: 'SNS', Address: { Ref: topic!.id } }]);
      return [Notification.NotificationType, Notification.Threshold];
    });
    expect(told).toEqual([
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const statements: any[] = ofType(data, 'AWS::SNS::TopicPolicy')[0]!.Properties.PolicyDocument.Statement;
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Action: 'sns:Publish',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        Effect: 'Allow',
        Principal: { Service: 'budgets.amazonaws.com' },
        Resource: { Ref: topic!.id },
        Sid: expect.any(String),
      },
    ]);
  });

  test('alarms go to the e-mail of the stage, if it has one', () => {
    const subscriptions = ofType(data, 'AWS::SNS::Subscription').map(({ Properties }) => Properties.Endpoint);
    expect(subscriptions).toEqual(stage.config.alarmEmail ? [stage.config.alarmEmail] : []);
  });
});

test('prod is protected', () => {
  expect(cdkJson.context.stages.prod).toMatchObject({ protected: true });
});

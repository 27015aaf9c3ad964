/** What outlives every deployment: tables, files, the secret. And where alarms go. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableClass,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { fileRules } from '../../core/retention.ts';
import { TABLES, type TableDefinition, type TableName } from '../../core/tables.ts';
import type { StageConfig } from '../config.ts';
import { Keys } from '../constructs/keys.ts';

interface DataStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
}

const attribute = ({ name, type }: { name: string; type: 'S' | 'N' }) => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

export class DataStack extends Stack {
  readonly tables: Record<TableName, Table>;
  /** The bucket's name, as other stacks import it. */
  readonly objects: string;
  readonly secret: Secret;
  readonly alarms: Topic;
  readonly keys: Keys;
  /** Of every log group of the stage. */
  readonly logs: LogGroupProps;
  /** Of every function. */
  readonly vpc: StageConfig['vpc'];
  /** Functions find table `X` as this and `X`. */
  readonly tablePrefix: string;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    this.tablePrefix = `${props.prefix}-`;
    this.keys = new Keys(this, 'Keys');
    this.vpc = props.config.vpc;
    this.logs = {
      encryptionKey: this.keys.operations,
      retention: props.config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    };
    const definitions = Object.entries(TABLES) as [TableName, TableDefinition][];
    this.tables = Object.fromEntries(
      definitions.map(([name, definition]) => [name, this.createTable(name, definition, props.config)]),
    ) as Record<TableName, Table>;
    // Exported by a name that reads well in policies, since AWS names the bucket itself.
    this.objects = this.exportValue(this.createBucket(props.config).bucketName, { name: `${props.prefix}-objects` });
    this.secret = this.createSecret();
    this.alarms = this.createTopic(props.config);
    if (props.config.budget) this.createBudget(props.prefix, props.config.budget);
  }

  private createTable(name: TableName, definition: TableDefinition, config: StageConfig): Table {
    const table = new Table(this, name, {
      tableName: `${this.tablePrefix}${name}`,
      partitionKey: attribute(definition.partitionKey),
      sortKey: definition.sortKey && attribute(definition.sortKey),
      timeToLiveAttribute: definition.timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      tableClass: definition.rarelyRead ? TableClass.STANDARD_INFREQUENT_ACCESS : TableClass.STANDARD,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.keys.users,
      deletionProtection: config.protected,
      removalPolicy: config.protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (definition.index) {
      table.addGlobalSecondaryIndex({
        indexName: definition.index.name,
        partitionKey: attribute(definition.index.partitionKey),
        sortKey: attribute(definition.index.sortKey),
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: definition.index.projects,
      });
    }
    return table;
  }

  private createBucket(config: StageConfig): Bucket {
    const bucket = new Bucket(this, 'Objects', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.keys.users,
      // S3 asks KMS once for many files.
      bucketKeyEnabled: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      // The dashboard reads downloads by links that are signed and soon over; its origin is another stack's.
      cors: [{ allowedMethods: [HttpMethods.GET], allowedOrigins: ['*'], maxAge: 3_600 }],
      // No versions: an erased user must not live on in an older one.
      versioned: false,
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(3) },
        // For a bucket whose versions somebody turned on: what was erased is gone after a week there, too.
        { id: 'versions', noncurrentVersionExpiration: Duration.days(7) },
        ...fileRules(config.retentionDays).map(({ days, ...rule }) => ({ ...rule, expiration: Duration.days(days) })),
      ],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Only roles of this app reach the bucket; access logs would be a second place that knows who was read.',
    });
    return bucket;
  }

  /** One secret for both: the pepper is generated, the key of encryption is derived from it (adapters/secrets.ts). */
  private createSecret(): Secret {
    const secret = new Secret(this, 'Pepper', {
      description: 'Buy Timing: pepper of the pseudonyms and key of the stored ids. Losing it loses every user.',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'pepper',
        passwordLength: 64,
        excludePunctuation: true,
      },
      encryptionKey: this.keys.secretsFor(this),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Every key of the store is an HMAC under this pepper: rotating it would orphan every user.',
    });
    return secret;
  }

  private createTopic(config: StageConfig): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true, masterKey: this.keys.operations });
    if (config.alarmEmail) topic.addSubscription(new EmailSubscription(config.alarmEmail));
    return topic;
  }

  /** Of the whole account: a budget by tags would see nothing until they are activated for billing. */
  private createBudget(prefix: string, usd: number): void {
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const subscribers = [{ subscriptionType: 'SNS', address: this.alarms.topicArn }];
    const notice = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    const budget = new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: prefix,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: usd, unit: 'USD' },
      },
      notificationsWithSubscribers: [notice('ACTUAL', 80), notice('ACTUAL', 100), notice('FORECASTED', 100)],
    });
    // AWS tries the topic when the budget is made.
    budget.node.addDependency(this.alarms);
  }
}

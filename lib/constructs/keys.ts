/** The stage's keys of KMS, one for each purpose: who may use one cannot read what another keeps. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from './role.ts';

type Service = 'dynamodb' | 's3' | 'secretsmanager';
type Use = 'Decrypt' | 'GenerateDataKey';

/** What administers a key and reads nothing under it. */
const ADMINISTER = [
  ...['CreateAlias', 'DeleteAlias', 'UpdateAlias', 'DescribeKey', 'UpdateKeyDescription', 'EnableKey', 'DisableKey'],
  ...['GetKeyPolicy', 'PutKeyPolicy', 'ListKeyPolicies', 'ListGrants', 'RevokeGrant', 'ListResourceTags'],
  ...['GetKeyRotationStatus', 'EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand', 'ListKeyRotations'],
  ...['TagResource', 'UntagResource', 'ScheduleKeyDeletion', 'CancelKeyDeletion'],
].map((action) => `kms:${action}`);

export class Keys extends Construct {
  /** What is known of users: tables and files. Without it nothing of a shop can be read, backups included. */
  readonly users: Key;
  /** The pepper and the origin's header: tables that leak are not told whose rows they are. */
  readonly secrets: Key;
  /** Logs, and the topic of alarms, which AWS's own keys do not let alarms write to. */
  readonly operations: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { region, account, partition } = Stack.of(this);
    this.users = this.createKey('Users', 'what is known of users, in tables and files', RemovalPolicy.RETAIN, [
      ...this.accountMay(['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'], ['dynamodb', 's3']),
      // Tables are opened by a grant to DynamoDB, which is made with them.
      ...this.accountMay(['kms:CreateGrant'], ['dynamodb'], { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
    ]);
    this.secrets = this.createKey('Secrets', 'pepper and header', RemovalPolicy.RETAIN, [
      ...this.accountMay(['kms:Decrypt', 'kms:GenerateDataKey'], ['secretsmanager']),
    ]);
    const service = (name: string, conditions: Record<string, unknown>) =>
      new PolicyStatement({
        principals: [new ServicePrincipal(name)],
        actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions,
      });
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    this.operations = this.createKey('Operations', 'logs and alarms', RemovalPolicy.DESTROY, [
      service(`logs.${region}.amazonaws.com`, {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      }),
      service('cloudwatch.amazonaws.com', ofThisAccount),
      service('budgets.amazonaws.com', ofThisAccount),
    ]);
  }

  /** A statement for a role: a key, and only as a service of this region asks for it on the role's behalf. */
  use(key: Key, uses: Use[], ...services: Service[]): PolicyStatement {
    return allow(
      uses.map((use) => `kms:${use}`),
      [key.keyArn],
      this.through(services),
    );
  }

  /** For a secret; as one of another stack, since CDK would let the whole account use it. */
  secretsFor(scope: Construct): IKey {
    return Key.fromKeyArn(scope, 'SecretsKey', this.secrets.keyArn);
  }

  private through(services: Service[]) {
    const hosts = services.map((service) => `${service}.${Stack.of(this).region}.amazonaws.com`);
    return { StringEquals: { 'kms:ViaService': hosts } };
  }

  /** Whom its IAM lets: an administrator of the account cannot use the key by itself. */
  private accountMay(actions: string[], services: Service[], conditions = {}): PolicyStatement[] {
    const principals = [new AccountRootPrincipal()];
    return [
      new PolicyStatement({
        principals,
        actions,
        resources: ['*'],
        conditions: { ...this.through(services), ...conditions },
      }),
    ];
  }

  private createKey(id: string, what: string, removalPolicy: RemovalPolicy, uses: PolicyStatement[]): Key {
    const administer = new PolicyStatement({
      principals: [new AccountRootPrincipal()],
      actions: ADMINISTER,
      resources: ['*'],
    });
    return new Key(this, id, {
      description: `Buy Timing: ${what}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      policy: new PolicyDocument({ statements: [administer, ...uses] }),
      removalPolicy,
    });
  }
}

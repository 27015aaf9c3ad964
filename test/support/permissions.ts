/** Who may do what, read from the templates of a stage: every policy of every role, and nothing left out. */
import { ofType, plainId, type Resource, readable, type StageTemplates } from './infra.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export interface Permission {
  role: string;
  action: string;
  resource: string;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** One entry per role, action and resource. @throws Error for a statement of a form it does not read */
export function permissionsOf(stage: StageTemplates): Permission[] {
  return Object.values(stage.stacks).flatMap((template) =>
    ofType(template, 'AWS::IAM::Role').flatMap((role) => {
      const attached = ofType(template, 'AWS::IAM::Policy').filter(({ Properties }) =>
        Properties.Roles.some((each: { Ref: string }) => each.Ref === role.id),
      );
      const managed = role.Properties.ManagedPolicyArns ?? [];
      const inline = (role.Properties.Policies ?? []) as { PolicyDocument: unknown }[];
      const documents = [...inline.map(({ PolicyDocument }) => PolicyDocument), ...attached.map(documentOf)];
      return [
        ...managed.map((arn: unknown) => ({
          role: plainId(role.id),
          action: 'managed',
          resource: readable(arn, stage),
        })),
        ...documents.flatMap((document) =>
          (document as { Statement: Statement[] }).Statement.flatMap((statement) =>
            permissionsIn(plainId(role.id), statement, stage),
          ),
        ),
      ];
    }),
  );
}

function documentOf(policy: Resource): unknown {
  return policy.Properties.PolicyDocument;
}

function permissionsIn(role: string, statement: Statement, stage: StageTemplates): Permission[] {
  const known = ['Action', 'Condition', 'Effect', 'Resource'];
  const other = Object.keys(statement).filter((key) => !known.includes(key));
  if (other.length > 0 || statement.Effect !== 'Allow') throw new Error(`${role}: a statement with ${other}`);
  const when = statement.Condition ? ` if ${conditionText(statement.Condition)}` : '';
  return list(statement.Action).flatMap((action) =>
    list(statement.Resource).map((resource) => ({ role, action, resource: shorten(resource, stage) + when })),
  );
}

function conditionText(condition: Record<string, Record<string, unknown>>): string {
  return Object.values(condition)
    .flatMap((pairs) => Object.entries(pairs).map(([key, value]) => `${key} is ${value}`))
    .join(' and ');
}

/** An ARN without partition, region and account, which are the stage's own. */
function shorten(resource: unknown, stage: StageTemplates): string {
  return readable(resource, stage)
    .replaceAll(`buy-timing-${stage.name}`, 'STAGE')
    .replace(new RegExp(`^arn:aws:(\\w+):(${stage.config.region})?:(<AWS::AccountId>)?:`), '$1:')
    .replace(/[0-9a-f]{64}/, 'HASH')
    .replaceAll(stage.config.region, 'REGION');
}

/** Who may do what, read from the templates of a stage: every policy of every role, and nothing left out. */
import { ofType, plainId, type Resource, readable, type StageTemplates, type Template } from './infra.ts';

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
      const name = nameOf(role.id, template);
      const attached = ofType(template, 'AWS::IAM::Policy').filter(({ Properties }) =>
        Properties.Roles.some((each: { Ref: string }) => each.Ref === role.id),
      );
      const managed: unknown[] = role.Properties.ManagedPolicyArns ?? [];
      const documents: { Statement: Statement[] }[] = [
        ...(role.Properties.Policies ?? []),
        ...attached.map(propertiesOf),
      ].map(({ PolicyDocument }) => PolicyDocument);
      return [
        ...managed.map((arn) => ({ role: name, action: 'managed', resource: readable(arn, stage) })),
        ...documents.flatMap(({ Statement }) => Statement.flatMap((each) => permissionsIn(name, each, stage))),
      ];
    }),
  );
}

const propertiesOf = ({ Properties }: Resource) => Properties;

/** Roles are called by what they are for; CDK calls those of schedules by a hash. */
function nameOf(id: string, template: Template): string {
  const schedule = ofType(template, 'AWS::Scheduler::Schedule').find(
    ({ Properties }) => Properties.Target.RoleArn['Fn::GetAtt'][0] === id,
  );
  return schedule ? `Scheduler of ${plainId(schedule.id)}` : plainId(id).replace(/Role$/, '');
}

function permissionsIn(role: string, statement: Statement, stage: StageTemplates): Permission[] {
  const known = ['Action', 'Condition', 'Effect', 'Resource'];
  const other = Object.keys(statement).filter((key) => !known.includes(key));
  if (other.length > 0 || statement.Effect !== 'Allow') throw new Error(`${role}: a statement with ${other}`);
  const when = statement.Condition ? conditionText(statement.Condition) : '';
  return list(statement.Action).flatMap((action) =>
    list(statement.Resource).map((resource) => ({ role, action, resource: shorten(role, resource, stage) + when })),
  );
}

/** A key that is used only through a service reads as `via s3`. */
function conditionText(condition: Record<string, Record<string, unknown>>): string {
  const texts = Object.entries(condition).flatMap(([operator, pairs]) =>
    Object.entries(pairs).map(([key, value]) =>
      operator === 'Null' && value === 'true' ? `there is no ${key}` : `${key} is ${value}`,
    ),
  );
  const [, service] = /^kms:ViaService is (\w+)\.[\w-]+\.amazonaws\.com$/.exec(texts.join(' and ')) ?? [];
  return service ? ` via ${service}` : ` if ${texts.join(' and ')}`;
}

/** An ARN without partition, region and account, which are the stage's own. */
function shorten(role: string, resource: unknown, stage: StageTemplates): string {
  const { region } = stage.config;
  return readable(resource, stage)
    .replaceAll(`buy-timing-${stage.name}`, 'STAGE')
    .replace(`<${role}Log.Arn>`, 'its own log')
    .replace(`arn:aws:ecr:${region}:763104351884:repository/sagemaker-tritonserver`, 'TRITON')
    .replace(`arn:aws:ecr:${region}:763104351884:repository/pytorch-training`, 'PYTORCH')
    .replace(new RegExp(`^arn:aws:(\\w+):(${region})?:(<AWS::AccountId>)?:`), '$1:')
    .replace(/[0-9a-f]{64}/, 'HASH')
    .replace(/models\/[\w-]+\/\*/, 'models/VERSION/*')
    .replaceAll(region, 'REGION');
}

/** Roles of functions, and the arguments for what cdk-nag asks about. */
import { Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export function allow(actions: string[], resources: string[], conditions?: Record<string, unknown>): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources, conditions });
}

/** Its own log and what it `may`; AWS's managed role may write to every log group of the account. */
export function createFunctionRole(scope: Construct, id: string, logGroup: LogGroup, may: PolicyStatement[]): Role {
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      allowed: new PolicyDocument({
        statements: [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]), ...may],
      }),
    },
  });
}

/** Says why a policy of the construct names a resource with a wildcard in it, or none. */
export function argueWildcard(construct: Construct, resource: string, reason: string): void {
  const finding = `Resource::${flat(Stack.of(construct).resolve(resource))}`;
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}

export const NO_RESOURCE = 'X-Ray, log delivery and network interfaces to come have no resource to name.';

/** CloudFormation's form of a text, as cdk-nag writes it. */
function flat(text: string | Record<string, unknown>): string {
  if (typeof text === 'string') return text;
  const [[kind, of] = []] = Object.entries(text);
  if (kind === 'Fn::Join') {
    const [between, parts] = of as [string, (string | Record<string, unknown>)[]];
    return parts.map(flat).join(between);
  }
  if (kind === 'Fn::GetAtt') return `<${(of as string[]).join('.')}>`;
  return kind === 'Ref' ? `<${of}>` : flat(of as string);
}

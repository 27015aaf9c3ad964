/** The web ACL of CloudFront, which stands in us-east-1 wherever the rest is. */
import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { ROUTES } from '../../functions/routes.ts';
import type { StageConfig } from '../config.ts';

export const FIREWALL_REGION = 'us-east-1';

const BAD_INPUTS = { vendorName: 'AWS', name: 'AWSManagedRulesKnownBadInputsRuleSet' };
/** Its rules that read bodies: a search or a product's name may hold anything, and what is stored is never run. */
const BODY_RULES = ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'];
/** A minute is the shortest window that WAF counts. */
const WINDOW_SECONDS = 60;

interface FirewallStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
}

export class FirewallStack extends Stack {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, props: FirewallStackProps) {
    super(scope, id, props);
    const tracking = pathMatch(trackingPattern());
    const acl = new CfnWebACL(this, 'WebAcl', {
      name: props.prefix,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: seen('all'),
      customResponseBodies: {
        busy: { contentType: 'APPLICATION_JSON', content: '{"message":"Too Many Requests"}' },
      },
      rules: [
        {
          name: 'rate',
          priority: 0,
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: props.config.requestsPerMinute,
              evaluationWindowSec: WINDOW_SECONDS,
            },
          },
          action: {
            block: {
              customResponse: {
                responseCode: 429,
                responseHeaders: [{ name: 'Retry-After', value: String(WINDOW_SECONDS) }],
                customResponseBodyKey: 'busy',
              },
            },
          },
          visibilityConfig: seen('rate'),
        },
        badInputs('bad-inputs', 1, { scopeDownStatement: { notStatement: { statement: tracking } } }),
        badInputs('bad-inputs-tracking', 2, {
          scopeDownStatement: tracking,
          ruleActionOverrides: BODY_RULES.map((name) => ({ name, actionToUse: { count: {} } })),
        }),
      ],
    });
    this.webAclArn = acl.attrArn;
  }
}

function badInputs(
  name: string,
  priority: number,
  statement: Partial<CfnWebACL.ManagedRuleGroupStatementProperty>,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    statement: { managedRuleGroupStatement: { ...BAD_INPUTS, ...statement } },
    overrideAction: { none: {} },
    visibilityConfig: seen(name),
  };
}

/** Counted, but never sampled: a sample shows the path, which holds a user's id. */
function seen(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}

/** All paths that actions are sent to. */
export function trackingPattern(): string {
  const paths = ROUTES.filter((route) => route.function === 'ingest' && route.method === 'POST');
  return `^(${paths.map(({ path }) => path.replace(/\{\w+\}/g, '[^/]+')).join('|')})$`;
}

function pathMatch(regexString: string): CfnWebACL.StatementProperty {
  return {
    regexMatchStatement: {
      regexString,
      fieldToMatch: { uriPath: {} },
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
}

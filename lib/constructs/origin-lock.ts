/** What lets only CloudFront reach the HTTP API: the value of a secret header, and who compares it at each route. */
import { Duration, Validations } from 'aws-cdk-lib';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ORIGIN_HEADER } from '../../core/edge/ports.ts';
import { grantsFor } from '../grants.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from '../stacks/data.ts';
import { HouseFunction } from './function.ts';

export class OriginLock extends Construct {
  readonly secret: Secret;
  readonly authorizer: HttpLambdaAuthorizer;

  constructor(scope: Construct, id: string, data: DataStack) {
    super(scope, id);
    this.secret = new Secret(this, 'Header', {
      description: `Buy Timing: what CloudFront sends to the API as ${ORIGIN_HEADER}. It rotates by itself.`,
      generateSecretString: { passwordLength: 43, excludePunctuation: true },
      encryptionKey: data.keys.secretsFor(this),
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'It rotates: the stack of CloudFront, which must send the new value, holds its schedule.',
    });
    const { lambda } = new HouseFunction(this, 'authorize', {
      entry: 'edge/authorize',
      memoryMB: 512,
      timeoutSeconds: 10,
      environment: { ORIGIN_SECRET_ID: this.secret.secretArn },
      ...grantsFor(PERMISSIONS.authorize, data, undefined, { header: this.secret.secretArn }),
      house: data,
    });
    this.authorizer = new HttpLambdaAuthorizer('origin', lambda, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      // Without the header API Gateway refuses by itself; an answer for a value is kept, so that this costs no time.
      identitySource: [`$request.header.${ORIGIN_HEADER}`],
      resultsCacheTtl: Duration.minutes(5),
    });
  }
}

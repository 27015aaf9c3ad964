/** The secret header in Secrets Manager, whose stages say which versions are good. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { OriginSecret } from '../../core/edge/ports.ts';

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';

/** @param id name or ARN of the secret */
export function createOriginSecret(id: string, client = new SecretsManagerClient({})): OriginSecret {
  async function find(which: { VersionStage: string; VersionId?: string }): Promise<string | undefined> {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId: id, ...which }))).SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
  const findProposed = (VersionId: string) => find({ VersionStage: PENDING, VersionId });
  return {
    async valid() {
      const values = await Promise.all([CURRENT, PENDING].map((VersionStage) => find({ VersionStage })));
      return values.filter((value) => value !== undefined);
    },
    async propose(version, value) {
      if ((await findProposed(version)) !== undefined) return;
      await client.send(
        new PutSecretValueCommand({
          SecretId: id,
          ClientRequestToken: version,
          SecretString: value,
          VersionStages: [PENDING],
        }),
      );
    },
    async proposed(version) {
      const value = await findProposed(version);
      if (value === undefined) throw new Error(`version ${version} of secret ${id} is not there`);
      return value;
    },
    async adopt(version) {
      const { VersionIdsToStages: stages = {} } = await client.send(new DescribeSecretCommand({ SecretId: id }));
      const current = Object.keys(stages).find((each) => stages[each]!.includes(CURRENT));
      if (current === version) return;
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: id,
          VersionStage: CURRENT,
          MoveToVersionId: version,
          RemoveFromVersionId: current,
        }),
      );
    },
  };
}

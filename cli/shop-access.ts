/** The shop that a command is about: that of a data folder, or that of a stage on AWS. */
import { createDependencies, type Dependencies } from '../functions/wiring.ts';
import { type StoreOptions, withStore } from '../local/store-access.ts';
import { type Context, Failure, text } from './framework.ts';

export const stageOption = text(
  'STAGE',
  'instead of --data: the stage on AWS, as `dev`, with the credentials and region of the environment',
);

/** @throws Failure for a stage that is not there, or that the credentials may not see */
export async function withShop<T>(
  context: Context,
  { stage, data }: { stage: string | undefined; data: string },
  options: StoreOptions,
  use: (deps: Dependencies) => Promise<T>,
): Promise<T> {
  if (stage === undefined) return withStore(context.resolve(data), options, use);
  const environment = await environmentOf(stage);
  process.env.TABLE_PREFIX = environment.TABLE_PREFIX;
  return use(await createDependencies(environment));
}

/** That of a function which knows all of the store. */
async function environmentOf(stage: string): Promise<Record<string, string>> {
  const { GetFunctionConfigurationCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient();
  const FunctionName = `buy-timing-${stage}-erase`;
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return Environment?.Variables ?? {};
  } catch (error) {
    throw new Failure(
      `the stage ${stage} cannot be read (${(error as Error).message})`,
      'set AWS_REGION and credentials that may lambda:GetFunctionConfiguration, and deploy it first',
      { cause: error },
    );
  }
}

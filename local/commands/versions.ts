import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { PackageMetadata } from '../../lambda/register/contract';
import type { ArtifactReference } from '../../lambda/shared/contract';
import type { Machine } from '../story/executions';
import type { World } from '../story/world';
import { CommandError } from './command';

/** A registered version of a model. */
export interface Version extends ArtifactReference {
  readonly version: string;
  readonly modelPackageArn: string;
}

/** Version of a model in the registry of an environment. @throws CommandError when there is none of this number, or it was not registered by the process. */
export async function requireVersion(world: World, { environment, model }: Pick<Machine, 'environment' | 'model'>, version: string | undefined): Promise<Version> {
  if (!/^\d+$/.test(version ?? '')) {
    throw new CommandError('name the version of the model package with --version, a whole number');
  }
  const modelPackageArn = `arn:aws:sagemaker:${world.address.region}:${world.account(environment)}:model-package/${environment}-${model}/${version}`;
  const found = await world.in(environment).sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn })).catch((error: unknown) => {
    throw new CommandError(`version ${version} of ${model} is not registered in ${environment}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const manifestUri = found.CustomerMetadataProperties?.[PackageMetadata.MANIFEST_URI];
  const packageDigest = found.MetadataProperties?.GeneratedBy;
  if (manifestUri === undefined || packageDigest === undefined) {
    throw new CommandError(`version ${version} of ${model} names no manifest: it was not registered by this process`);
  }
  return { version: version ?? '', modelPackageArn, manifestUri, packageDigest };
}

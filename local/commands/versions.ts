import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { type ArtifactManifest, PackageMetadata } from '../../lambda/register/contract';
import { readManifest } from '../../lambda/register/read-manifest';
import * as clients from '../../lambda/shared/runtime/clients';
import type { Account } from './account';
import { CommandError } from './command';

/** A registered version of a model and what it is made of. */
export interface Version {
  readonly version: string;
  readonly modelPackageArn: string;
  /** Of the manifest. */
  readonly uri: string;
  readonly packageDigest: string;
  readonly manifest: ArtifactManifest;
}

/** @throws CommandError when there is no version of this number, or it was not registered by the process. */
export async function readVersion({ environment, account, region, model }: Account, version: string | undefined): Promise<Version> {
  if (version === undefined || !/^\d+$/.test(version)) {
    throw new CommandError('name the version of the model package with --version, a whole number');
  }
  const modelPackageArn = `arn:aws:sagemaker:${region}:${account}:model-package/${environment}-${model}/${version}`;
  const found = await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn })).catch((error: unknown) => {
    throw new CommandError(`version ${version} of ${model} is not registered in ${environment}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const uri = found.CustomerMetadataProperties?.[PackageMetadata.MANIFEST_URI];
  const packageDigest = found.MetadataProperties?.GeneratedBy;
  if (uri === undefined || packageDigest === undefined) {
    throw new CommandError(`version ${version} of ${model} names no manifest: it was not registered by this process`);
  }
  return { version, modelPackageArn, uri, packageDigest, manifest: await readManifest({ manifestUri: uri, packageDigest }) };
}

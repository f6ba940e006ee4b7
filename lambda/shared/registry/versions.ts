import { ListModelPackagesCommand, type ModelPackageSummary } from '@aws-sdk/client-sagemaker';
import * as clients from '../runtime/clients';

/** Every version of a group, oldest first. */
export async function listVersions(ModelPackageGroupName: string): Promise<ModelPackageSummary[]> {
  const versions: ModelPackageSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await clients.sageMaker().send(
      new ListModelPackagesCommand({ ModelPackageGroupName, SortBy: 'CreationTime', SortOrder: 'Ascending', MaxResults: 100, ...(NextToken !== undefined && { NextToken }) }),
    );
    versions.push(...(page.ModelPackageSummaryList ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return versions;
}

/** Number of a version, from its ARN. */
export const versionOf = (modelPackageArn: string): number => Number(modelPackageArn.slice(modelPackageArn.lastIndexOf('/') + 1));

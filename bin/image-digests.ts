import { BatchGetImageCommand, type ECRClient } from '@aws-sdk/client-ecr';

/** Table of `lib/config/images.json`. */
export type ImageTable = Readonly<Record<string, { readonly tag: string; readonly accounts: Readonly<Record<string, string>>; readonly digests: Readonly<Record<string, string>> }>>;

/** A digest that could not be found out, and why. */
export interface Unresolved {
  readonly image: string;
  readonly region: string;
  readonly reason: string;
}

/** Errors of the SDK where nobody is signed in, or the session is over. */
const NO_CREDENTIALS = /^(CredentialsProviderError|ExpiredToken(Exception)?|UnrecognizedClientException|InvalidSignatureException|TokenProviderError)$/;

/** There is nobody on whose behalf ECR could be asked. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials';
}

/**
 * Asks ECR for the digest behind each image's tag in each region; what can't be resolved keeps the digest that the table has.
 *
 * @throws NoCredentials at the first call that finds none: no region would answer.
 */
export async function resolveDigests(table: ImageTable, regions: readonly string[], ecr: (region: string) => Pick<ECRClient, 'send'>): Promise<{ readonly table: ImageTable; readonly unresolved: readonly Unresolved[] }> {
  const unresolved: Unresolved[] = [];
  const resolved: Record<string, ImageTable[string]> = {};
  for (const [image, entry] of Object.entries(table)) {
    const digests: Record<string, string> = { ...entry.digests };
    for (const region of regions) {
      try {
        digests[region] = await digestOf(ecr(region), { registryId: entry.accounts[region], repositoryName: image, imageTag: entry.tag });
      } catch (error) {
        const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
        if (NO_CREDENTIALS.test(name)) {
          throw new NoCredentials(`${name}: ${message}`, { cause: error });
        }
        unresolved.push({ image, region, reason: `${name}: ${message}` });
      }
    }
    resolved[image] = { ...entry, digests: Object.fromEntries(Object.entries(digests).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  }
  return { table: resolved, unresolved };
}

/** Pulling is what AWS's image accounts allow others; describing their images is not. */
async function digestOf(ecr: Pick<ECRClient, 'send'>, { registryId, repositoryName, imageTag }: { registryId?: string; repositoryName: string; imageTag: string }): Promise<string> {
  if (registryId === undefined) {
    throw new Error('no registry account is known for this region');
  }
  const { images = [], failures = [] } = await ecr.send(new BatchGetImageCommand({ registryId, repositoryName, imageIds: [{ imageTag }] }));
  const digest = images[0]?.imageId?.imageDigest;
  if (digest === undefined) {
    throw new Error(failures[0]?.failureReason ?? `registry ${registryId} has no image ${repositoryName}:${imageTag}`);
  }
  return digest;
}

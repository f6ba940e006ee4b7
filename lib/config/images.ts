import { lit, UnscopedValidationError } from '../core/errors';
import images from './images.json';

interface ImageSource {
  readonly tag: string;
  /** AWS's registry account by region. */
  readonly accounts: Readonly<Record<string, string>>;
  /** `sha256:...` by region; where one is given, the image is pinned by it. */
  readonly digests: Readonly<Record<string, string>>;
}

export type ImageName = keyof typeof images;

const sources: Readonly<Record<ImageName, ImageSource>> = images;

/** Regions whose images are known. */
export const imageRegions: readonly string[] = Object.keys(images['sagemaker-scikit-learn'].accounts);

/**
 * URI of an AWS-built SageMaker image in a region, pinned by digest where `images.json` holds one.
 *
 * @throws for a region that the table does not know, with the regions that it knows.
 */
export function imageUri(name: ImageName, region: string): string {
  const { tag, digests } = sources[name];
  const digest = digests[region];
  return `${registryAccount(name, region)}.dkr.ecr.${region}.amazonaws.com/${name}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** Whether the image of a region is pinned: a tag can be moved to other content, a digest can't. */
export const isPinned = (name: ImageName, region: string): boolean => sources[name].digests[region] !== undefined;

/** ARN of the image's repository, for the roles that pull it. */
export function imageRepositoryArn(name: ImageName, region: string): string {
  return `arn:aws:ecr:${region}:${registryAccount(name, region)}:repository/${name}`;
}

function registryAccount(name: ImageName, region: string): string {
  const { accounts } = sources[name];
  const account = accounts[region];
  if (account === undefined) {
    throw new UnscopedValidationError(
      lit`ImageRegion`,
      `no registry account of ${name} is known for region "${region}"; known: ${Object.keys(accounts).join(', ')}; add it to lib/config/images.json`,
    );
  }
  return account;
}

import type { ArtifactReference } from '../shared/process/contract';
import { sha256 } from '../shared/storage/hash';
import { getBytes, parseJson } from '../shared/storage/s3';
import { type ArtifactManifest, parseManifest } from './manifest-schema';

/**
 * Reads a manifest and makes sure that it is the one that was registered: the stored bytes are canonical JSON, so their hash is the digest.
 *
 * @throws Error when it was exchanged or is no manifest.
 */
export async function readManifest({ manifestUri, packageDigest }: ArtifactReference): Promise<ArtifactManifest> {
  const bytes = await getBytes(manifestUri);
  const actual = sha256(bytes);
  if (actual !== packageDigest) {
    throw new Error(`${manifestUri} has sha256 ${actual}, but the version was registered with ${packageDigest}: the manifest was exchanged`);
  }
  return parseManifest(parseJson(new TextDecoder().decode(bytes), manifestUri), manifestUri);
}

import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import * as clients from '../../lambda/shared/runtime/clients';
import { sha256 } from '../../lambda/shared/storage/hash';
import { findBytes, parseS3Uri, sha256OfObject } from '../../lambda/shared/storage/s3';
import type { Verification } from './contract';

/** Collects comparisons; a file that can't be found is one as well. */
export class Verifier {
  readonly results: Verification[] = [];

  /** Compares two texts, such as a member of the package with one of the manifest. */
  equal(part: string, what: string, expected: string | undefined, actual: string | undefined): boolean {
    const outcome = actual === undefined ? 'missing' : expected === actual ? 'verified' : 'tampered';
    this.results.push({ part, what, outcome, expected: expected ?? 'nothing', actual: actual ?? 'nothing' });
    return outcome === 'verified';
  }

  /** Hashes an object of any size. */
  async object(part: string, what: string, uri: string, expected: string): Promise<void> {
    const actual = await sha256OfObject(uri).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)));
    this.record(part, what, uri, expected, actual);
  }

  /** Hashes a small object and hands its bytes on. */
  async bytes(part: string, what: string, uri: string, expected: string): Promise<Uint8Array | undefined> {
    const bytes = uri === '' ? undefined : await findBytes(uri);
    this.record(part, what, uri, expected, bytes && sha256(bytes));
    return bytes;
  }

  /**
   * Records are written once. One that nothing outside holds a hash of must therefore have one version and no marker of a deletion.
   */
  async once(part: string, what: string, uri: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    const { Versions = [], DeleteMarkers = [] } = await clients.s3().send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
    const versions = Versions.filter(({ Key }) => Key === key).length;
    const deletions = DeleteMarkers.filter(({ Key }) => Key === key).length;
    const actual = deletions > 0 ? `${versions} versions, ${deletions} deletions` : `${versions} ${versions === 1 ? 'version' : 'versions'}`;
    this.results.push({ part, what: `${what}: written once`, uri, outcome: versions === 1 && deletions === 0 ? 'verified' : 'tampered', expected: '1 version', actual });
  }

  private record(part: string, what: string, uri: string, expected: string, actual: string | undefined): void {
    const outcome = actual === undefined ? 'missing' : actual === expected ? 'verified' : 'tampered';
    this.results.push({ part, what, uri, outcome, expected, actual: actual ?? 'nothing' });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && (error.cause.name === 'NoSuchKey' || error.cause.name === 'NotFound');

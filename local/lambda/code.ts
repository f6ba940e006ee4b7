import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { unzip, type Unzipped } from 'fflate';
import { createClient } from '../core/client';
import { ServiceError, type Caller, type LocalCloud } from '../core/service';

/** A zip that has been unpacked once. */
export interface CodePackage {
  readonly folder: string;
  readonly size: number;
  /** Base64, as AWS shows it. */
  readonly sha256: string;
}

export interface CodeSource {
  readonly ZipFile?: Uint8Array;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
}

const unzipped = (zip: Uint8Array): Promise<Unzipped> =>
  new Promise((done, failed) => {
    unzip(zip, (error, files) => (error === null ? done(files) : failed(error)));
  });

/** Fetches and unpacks code and layers, each content once. */
export class CodeStore {
  private readonly packages = new Map<string, Promise<CodePackage>>();

  constructor(private readonly cloud: LocalCloud) {}

  /**
   * Whoever hands an object over must be allowed to read it: Lambda reads it in the caller's name.
   *
   * @throws ServiceError naming the object or the damage
   */
  async load(source: CodeSource, caller: Caller): Promise<CodePackage> {
    const zip = source.ZipFile ?? await this.fetch(source, caller);
    const digest = createHash('sha256').update(zip).digest();
    const key = digest.toString('hex');
    const known = this.packages.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = this.unpack(zip, key, digest.toString('base64'));
    this.packages.set(key, made);
    made.catch(() => this.packages.delete(key));
    return made;
  }

  private async fetch({ S3Bucket, S3Key, S3ObjectVersion }: CodeSource, { accessKeyId }: Caller): Promise<Uint8Array> {
    if (S3Bucket === undefined || S3Key === undefined) {
      throw new ServiceError('InvalidParameterValueException', 'Code needs ZipFile, or S3Bucket and S3Key; container images are not supported by the local AWS');
    }
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const s3 = createClient(S3Client, this.cloud, { accessKeyId, secretAccessKey: 'not-checked' });
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: S3Bucket, Key: S3Key, VersionId: S3ObjectVersion }));
      if (Body === undefined) {
        throw new Error('the object is empty');
      }
      return await Body.transformToByteArray();
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'AccessDenied') {
        throw new ServiceError('AccessDeniedException', `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${S3Bucket}/${S3Key}. S3 Error Code: ${name}. S3 Error Message: ${message}`, 403);
      }
      throw new ServiceError('InvalidParameterValueException', `Error occurred while GetObject of s3://${S3Bucket}/${S3Key}: ${name}: ${message}`);
    } finally {
      s3.destroy();
    }
  }

  private async unpack(zip: Uint8Array, key: string, sha256: string): Promise<CodePackage> {
    const folder = join(this.cloud.folder, 'lambda', 'code', key.slice(0, 32));
    const found: CodePackage = { folder, size: zip.length, sha256 };
    if (existsSync(folder)) {
      return found;
    }
    const files = await unzipped(zip).catch((error: unknown) => {
      throw new ServiceError('InvalidParameterValueException', `Could not unzip uploaded file: ${(error as Error).message}`);
    });
    const draft = `${folder}.part`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const path = resolve(draft, name);
      if (!path.startsWith(draft + sep)) {
        throw new ServiceError('InvalidParameterValueException', `Could not unzip uploaded file: the entry ${JSON.stringify(name)} leaves its folder`);
      }
      await (name.endsWith('/') ? mkdir(path, { recursive: true }) : mkdir(dirname(path), { recursive: true }).then(() => writeFile(path, content)));
    }
    await rename(draft, folder);
    return found;
  }
}

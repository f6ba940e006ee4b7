/**
 * `npm run images [-- REGION...]`: asks ECR which content the tags of AWS's images have now, and writes the digests into `lib/config/images.json`.
 * By default for the regions of `bin/environments.ts`; needs AWS credentials that may call `ecr:BatchGetImage`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ECRClient } from '@aws-sdk/client-ecr';
import images from '../lib/config/images.json';
import { environments } from './environments';
import { type ImageTable, NoCredentials, resolveDigests } from './image-digests';

const FILE = join(__dirname, '..', 'lib', 'config', 'images.json');

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const regions = asked.length > 0 ? asked : [...new Set(environments.map(({ region }) => region))];
  try {
    const { table, unresolved } = await resolveDigests(images as ImageTable, regions, (region) => new ECRClient({ region, maxAttempts: 2 }));
    writeFileSync(FILE, `${JSON.stringify(table, undefined, 2)}\n`);
    unresolved.forEach(({ image, region, reason }) => console.error(`${image} in ${region}: ${reason}`));
    console.log(`${FILE}: ${regions.length * Object.keys(table).length - unresolved.length} digests resolved, ${unresolved.length} not`);
    return unresolved.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof NoCredentials) {
      console.error(`no AWS credentials were found, so ECR cannot be asked and ${FILE} stays as it is (${error.message}). Sign in (aws sso login, AWS_PROFILE) and repeat.`);
      return 1;
    }
    throw error;
  }
}

void main().then((code) => process.exit(code));

import { VerifyCommand } from '@aws-sdk/client-kms';
import type { VerdictSignature } from '../../gate/contract';
import * as clients from '../runtime/clients';

/**
 * Whether a digest was signed with a key. Which key the signature claims is of no importance: only the given one counts.
 *
 * @param keyArn of the key, or of its alias.
 * @param digest SHA-256 in hex.
 */
export async function isSignedBy(keyArn: string, digest: string, { signature, algorithm }: VerdictSignature): Promise<boolean> {
  try {
    const { SignatureValid } = await clients.kms().send(
      new VerifyCommand({
        KeyId: keyArn,
        Message: Buffer.from(digest, 'hex'),
        MessageType: 'DIGEST',
        Signature: Buffer.from(signature, 'base64'),
        SigningAlgorithm: algorithm,
      }),
    );
    return SignatureValid === true;
  } catch (error) {
    if (error instanceof Error && error.name === 'KMSInvalidSignatureException') {
      return false;
    }
    throw error;
  }
}

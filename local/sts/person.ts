import { AssumeRoleCommand, type Credentials, type STSClient } from '@aws-sdk/client-sts';

/**
 * Takes a role as a person does: with a second factor only where the role asks for one.
 *
 * @param sts with the keys of the person's account
 * @throws the error of STS, also with a second factor
 */
export async function assumeAsPerson(sts: STSClient, RoleArn: string, RoleSessionName: string): Promise<Credentials> {
  const ask = async (more: object): Promise<Credentials> => (await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName, ...more }))).Credentials ?? {} as Credentials;
  try {
    return await ask({});
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AccessDenied') {
      throw error;
    }
    return ask({ SerialNumber: `arn:aws:iam::${RoleArn.split(':')[4]}:mfa/${RoleSessionName}`, TokenCode: '123456' });
  }
}

import { given, on, tagging, textAt, type Need, type ServiceActions } from './need';

const MFA_CODE = /^\d{6}$/;

/** A second factor is taken on trust: a device and six digits are enough here. */
const withSession: Need = given((input) => ({
  'sts:ExternalId': textAt(input, 'ExternalId'),
  'sts:RoleSessionName': textAt(input, 'RoleSessionName'),
}), on('{RoleArn}'));

/** Whether the caller of AssumeRole shows a second factor. */
export const showsSecondFactor = (input: Readonly<Record<string, unknown>>): boolean =>
  textAt(input, 'SerialNumber') !== undefined && MFA_CODE.test(textAt(input, 'TokenCode') ?? '');

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
export const sts: ServiceActions = {
  prefix: 'sts',
  operations: {
    AssumeRole: [withSession, tagging('sts:TagSession', withSession)],
    // Everybody may ask who they are, whatever their policies say.
    GetCallerIdentity: [],
  },
};

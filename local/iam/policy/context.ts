/**
 * What a request says about itself besides action and resource: condition keys in lower case, with one value or several.
 * A key without a value is left out.
 */
export type RequestContext = ReadonlyMap<string, string | readonly string[]>;

/** Keys of the request as an object, for those who make one. Values that are `undefined` are left out. */
export type ContextValues = Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>;

export function requestContext(...values: readonly ContextValues[]): RequestContext {
  const context = new Map<string, string | readonly string[]>();
  for (const [key, value] of values.flatMap((one) => Object.entries(one))) {
    if (value !== undefined) {
      context.set(key.toLowerCase(), typeof value === 'object' ? value : String(value));
    }
  }
  return context;
}

/**
 * Condition keys and policy variables that the local AWS gives a value, in lower case; a name that ends in `/` or `:` stands for all that begin with it.
 * A policy that asks for any other key can't be judged.
 *
 * Organizations do not exist here, so their keys are not known.
 */
const KNOWN_KEYS: readonly string[] = [
  // Of every request.
  'aws:principalarn', 'aws:principalaccount', 'aws:principaltype', 'aws:principaltag/', 'aws:principalisawsservice', 'aws:principalservicename', 'aws:userid',
  'aws:sourcearn', 'aws:sourceaccount', 'aws:sourceowner', 'aws:viaawsservice', 'aws:calledvia', 'aws:securetransport', 'aws:sourceip', 'aws:currenttime',
  'aws:epochtime', 'aws:requestedregion', 'aws:resourceaccount', 'aws:multifactorauthpresent', 'aws:multifactorauthage', 'aws:requesttag/', 'aws:tagkeys',
  'aws:sourcevpc', 'aws:sourcevpce', 'aws:vpceaccount',
  // Of single services.
  's3:prefix', 's3:delimiter', 's3:max-keys', 's3:versionid', 's3:x-amz-acl', 's3:x-amz-server-side-encryption', 's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:object-lock-mode', 's3:tlsversion', 's3:resourceaccount',
  'kms:viaservice', 'kms:calleraccount', 'kms:resourcealiases', 'kms:signingalgorithm', 'kms:messagetype', 'kms:grantisforawsresource',
  'kms:encryptioncontext:aws:logs:arn', 'kms:encryptioncontext:aws:cloudtrail:arn', 'kms:encryptioncontext:aws:sns:topicarn', 'kms:encryptioncontext:aws:sqs:arn',
  'iam:passedtoservice', 'iam:permissionsboundary', 'iam:policyarn', 'iam:awsservicename',
  'sts:externalid', 'sts:rolesessionname',
  'cloudwatch:namespace', 'events:source', 'events:detail-type', 'sagemaker:modelapprovalstatus', 'sagemaker:modellifecycle:stage', 'sagemaker:modellifecycle:stagestatus',
  'lambda:sourcefunctionarn', 'lambda:functionurlauthtype', 'lambda:invokedviafunctionurl', 'lambda:principal',
  'cloudformation:rolearn', 'cloudformation:changesetname',
];

/** @param key in lower case */
export const isKnownKey = (key: string): boolean =>
  KNOWN_KEYS.some((known) => (known.endsWith('/') || known.endsWith(':') ? key.startsWith(known) && key.length > known.length : key === known));

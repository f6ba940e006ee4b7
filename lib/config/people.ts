/** Where people prove who they are before they take a role. */
export type SignIn =
  /** Principals of the role's account, whom its administrators allow to take the role; with a second factor where `mfa` says so. */
  | { readonly type: 'iam'; readonly mfa: boolean }
  /** IAM Identity Center: sessions of the permission set `<permissionSetPrefix><Role>`, e.g. `MlopsAuditor`. The second factor is asked for there. */
  | { readonly type: 'identityCenter'; readonly permissionSetPrefix: string }
  /** A SAML identity provider of the account, by its ARN. The second factor is asked for there. */
  | { readonly type: 'saml'; readonly providerArn: string };

/** How people get into an environment. */
export interface PeopleConfig {
  /** @default { type: 'iam', mfa: true } */
  readonly signIn?: SignIn;
  /** Longest session of a person, 1 to 12 hours (IAM's limits). Break-glass sessions last one hour, whatever this says. @default 4 */
  readonly sessionHours?: number;
  /** Name of the managed policy that bounds the roles of people and programs; it must lie in the account. @default - none */
  readonly permissionsBoundary?: string;
}

/** What bounds the roles of functions, machines and jobs. */
export interface MachinesConfig {
  /** Name of the managed policy that bounds them; it must lie in the account. @default - none */
  readonly permissionsBoundary?: string;
}

export const DEFAULT_SIGN_IN: SignIn = { type: 'iam', mfa: true };
export const DEFAULT_SESSION_HOURS = 4;
const MAXIMUM_SESSION_HOURS = 12;

const PRINCIPAL = /^arn:aws[a-z-]*:(iam|sts)::\d{12}:.+$/;
/** IAM's form of a managed policy's name. */
const POLICY_NAME = /^[\w+=,.@-]{1,128}$/;
const SAML_PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/[\w._-]+$/;
/** Identity Center allows 32 characters in the name of a permission set; the longest role takes 13 of them. */
const PERMISSION_SET_PREFIX = /^[\w+=,.@-]{0,19}$/;

/** Faults of how people get in, each with value, limit and what to change. */
export function peopleFaults(people: PeopleConfig = {}, machines: MachinesConfig = {}): (string | false)[] {
  const { signIn = DEFAULT_SIGN_IN, sessionHours } = people;
  const boundary = (what: string, name: string | undefined): string | false =>
    name !== undefined && !POLICY_NAME.test(name) && `${what}.permissionsBoundary must be the name of a managed policy (IAM's form: 1 to 128 letters, digits, + = , . @ _ -), got "${name}"; give its name, not its ARN`;
  return [
    sessionHours !== undefined &&
      !(Number.isInteger(sessionHours) && sessionHours >= 1 && sessionHours <= MAXIMUM_SESSION_HOURS) &&
      `people.sessionHours must be a whole number between 1 and ${MAXIMUM_SESSION_HOURS} (IAM's limit), got ${sessionHours}`,
    signIn.type === 'saml' && !SAML_PROVIDER.test(signIn.providerArn) && `people.signIn.providerArn must be the ARN of a SAML provider, got "${signIn.providerArn}"`,
    signIn.type === 'identityCenter' &&
      !PERMISSION_SET_PREFIX.test(signIn.permissionSetPrefix) &&
      `people.signIn.permissionSetPrefix must have at most 19 letters, digits, + = , . @ _ - (a permission set's name has at most 32, and the role is appended), got "${signIn.permissionSetPrefix}"`,
    boundary('people', people.permissionsBoundary),
    boundary('machines', machines.permissionsBoundary),
  ];
}

/** Faults of those who may approve: IAM principals, or with SAML the subjects that the identity provider names. */
export const approverFaults = (approvers: readonly string[], people: PeopleConfig = {}): (string | false)[] =>
  approvers.map((approver) =>
    people.signIn?.type === 'saml'
      ? approver.trim() === '' && 'approvers must be subjects of the SAML provider (SAML:sub), got an empty text'
      : !PRINCIPAL.test(approver) && `approvers must be ARNs of IAM principals, got "${approver}"`,
  );

/** The place where data scientists explore: a SageMaker Studio domain in the environment's private network. */
export interface WorkspaceConfig {
  /** `IAM`: a role that may opens Studio by a presigned address; `SSO`: people sign in by IAM Identity Center. */
  readonly signIn: 'IAM' | 'SSO';
  readonly users: readonly WorkspaceUser[];
  /** Minutes without work after which an application is shut down. 60 to 525,600 (SageMaker's limits). @default 60 */
  readonly idleMinutes?: number;
  /** Days after which results of explorations disappear. @default 30 */
  readonly resultDays?: number;
  /**
   * Address of a package index that the network reaches, e.g. of CodeArtifact behind an endpoint.
   * @default - none: what is in the image is what there is
   */
  readonly packageIndex?: string;
}

/** One person, with a profile and a role of their own, so that the trail tells who did what. */
export interface WorkspaceUser {
  /** Name of the profile: letters, digits and hyphens, at most 40. */
  readonly name: string;
  /** User name in IAM Identity Center; needed for `SSO`. */
  readonly identityCenterUser?: string;
}

export const DEFAULT_IDLE_MINUTES = 60;
export const DEFAULT_RESULT_DAYS = 30;

/** SageMaker's limits of idle shutdown (API reference, `IdleSettings`). */
const IDLE_MINUTES = { minimum: 60, maximum: 525_600 } as const;

/** SageMaker allows 63 characters; the name is also a part of a role's, which has 64. */
const USER_NAME = /^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,39}$/;

/** Everything wrong with a workspace. */
export function workspaceFaults({ signIn, users, idleMinutes, resultDays, packageIndex }: WorkspaceConfig): (string | false)[] {
  const seen = users.map(({ name }) => name);
  return [
    users.length === 0 && 'workspace.users must name at least one person, got none; set workspace to false for no workspace',
    ...users.map(({ name }) => !USER_NAME.test(name) && `workspace.users must have names of 1 to 40 letters, digits and single hyphens, got "${name}"`),
    ...[...new Set(seen.filter((name, index) => seen.indexOf(name) !== index))].map((name) => `workspace.users names "${name}" more than once; give each person one profile`),
    ...users.map(({ name, identityCenterUser }) => signIn === 'SSO' && identityCenterUser === undefined && `workspace.users "${name}" needs identityCenterUser where signIn is SSO, got none`),
    idleMinutes !== undefined &&
      !(Number.isInteger(idleMinutes) && idleMinutes >= IDLE_MINUTES.minimum && idleMinutes <= IDLE_MINUTES.maximum) &&
      `workspace.idleMinutes must be a whole number between ${IDLE_MINUTES.minimum} and ${IDLE_MINUTES.maximum} (SageMaker's limits), got ${idleMinutes}`,
    resultDays !== undefined && !(Number.isInteger(resultDays) && resultDays >= 1 && resultDays <= 365) && `workspace.resultDays must be a whole number between 1 and 365, got ${resultDays}; results are no archive`,
    packageIndex !== undefined && !/^https:\/\/[^\s'"`$\\]+$/.test(packageIndex) && `workspace.packageIndex must be an https address, got "${packageIndex}"`,
  ];
}

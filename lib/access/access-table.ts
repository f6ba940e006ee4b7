import type { EnvironmentConfig } from '../config/environment';

/**
 * Who may do what where: roles of people and programs x kinds of environments x permissions. The roles are generated from this table, and a test
 * simulates every cell of it against the policies in the templates, the forbidden ones too.
 */

/** What an environment is for, told by its values. */
export type EnvironmentKind = 'exploration' | 'qualification' | 'production';

/** Roles that people take; each session is bound to how the environment says that people sign in. */
export const PEOPLE = ['engineer', 'dataScientist', 'approver', 'auditor', 'breakGlass'] as const;

/** Roles that programs from outside take. */
export const PROGRAMS = ['dataProvider', 'applicationClient'] as const;

export const ROLES = [...PEOPLE, ...PROGRAMS] as const;
export type AccessRole = (typeof ROLES)[number];

/** What can be granted, in the order of the process. */
export const PERMISSIONS = [
  /** See machines, executions, pipelines, packages, endpoints, champions, alarms. */
  'readProcess',
  /** Read the logs of machines and jobs. */
  'readLogs',
  /** Read evidence, verdicts and manifests. */
  'readEvidence',
  /** Read the audit trail. */
  'readTrail',
  /** Start a development run with the released code. */
  'startDevelopment',
  /** Set a model package to `Approved` or `Rejected`. */
  'approve',
  /** Start the promotion of an approved package by hand; the process starts it by itself on an approval. */
  'promote',
  /** Read predictions: what people sent to the model, and what it answered. */
  'readInferenceLog',
  /** Read the data of this environment. */
  'readData',
  /** Read the data of production, never write it. */
  'readProductionData',
  /** Run jobs of one's own under the job roles of the models. */
  'explore',
  /** Put deliveries of training data and labels; withdraw a delivery by deleting its marker. */
  'deliverData',
  /** Call the application in front of the endpoint. */
  'callApplication',
  /** Change what gates judge by, and how. Nobody: limits change with the code, by a reviewed merge (docs/decisions/0007-code-alone-changes-limits.md). */
  'changeThresholds',
  /** Stop executions, take an endpoint or its application out of service, put an earlier configuration back. */
  'breakGlass',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Each permission as a sentence of what its holder may do, for people who read the report. */
export const MEANING: Readonly<Record<Permission, string>> = {
  readProcess: 'See what runs and what serves: executions, versions, endpoints, alarms',
  readLogs: 'Read the logs of machines and jobs',
  readEvidence: 'Read verdicts and the evidence behind them',
  readTrail: 'Read the audit trail',
  startDevelopment: 'Start a development run with the released code',
  approve: 'Approve or reject a version of a model',
  promote: 'Start a promotion by hand (the process does it by itself on an approval)',
  readInferenceLog: 'Read predictions: what people sent, and what was answered',
  readData: 'Read the data of the environment',
  readProductionData: 'Explore the data of production, read-only',
  explore: 'Run experiments of their own',
  deliverData: 'Deliver training data and labels',
  callApplication: 'Ask the application for predictions',
  changeThresholds: 'Change the limits that gates judge by (only a reviewed change of the code does)',
  breakGlass: 'Stop what runs, take a model out of service',
};

/** A permission that some role holds somewhere, and so has statements. */
export type GrantedPermission = Exclude<Permission, 'changeThresholds'>;

/** Kinds of environments where a role has a permission, by their first letter: exploration, qualification, production; a hyphen where it has not. */
export type Cell = `${'e' | '-'}${'q' | '-'}${'p' | '-'}`;

/** Every cell is written down: what is missing fails the type check and the simulation. */
export const ACCESS: Readonly<Record<GrantedPermission, Readonly<Record<AccessRole, Cell>>> & Record<'changeThresholds', Readonly<Record<AccessRole, '---'>>>> = {
  readProcess: { engineer: 'eqp', dataScientist: 'eqp', approver: '--p', auditor: '-qp', breakGlass: '-qp', dataProvider: '---', applicationClient: '---' },
  readLogs: { engineer: 'eqp', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '-qp', dataProvider: '---', applicationClient: '---' },
  readEvidence: { engineer: 'eqp', dataScientist: 'eqp', approver: '-qp', auditor: '-qp', breakGlass: '-qp', dataProvider: '---', applicationClient: '---' },
  readTrail: { engineer: '---', dataScientist: '---', approver: '---', auditor: 'eqp', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  startDevelopment: { engineer: 'eqp', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  approve: { engineer: '---', dataScientist: '---', approver: '--p', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  promote: { engineer: '---', dataScientist: '---', approver: '---', auditor: '---', breakGlass: '--p', dataProvider: '---', applicationClient: '---' },
  readInferenceLog: { engineer: '---', dataScientist: '---', approver: '---', auditor: '--p', breakGlass: '--p', dataProvider: '---', applicationClient: '---' },
  readData: { engineer: 'e--', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  readProductionData: { engineer: '---', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  explore: { engineer: 'e--', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  deliverData: { engineer: 'e--', dataScientist: 'e--', approver: '---', auditor: '---', breakGlass: '---', dataProvider: 'eqp', applicationClient: '---' },
  callApplication: { engineer: '---', dataScientist: '---', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '--p' },
  changeThresholds: { engineer: '---', dataScientist: '---', approver: '---', auditor: '---', breakGlass: '---', dataProvider: '---', applicationClient: '---' },
  breakGlass: { engineer: '---', dataScientist: '---', approver: '---', auditor: '---', breakGlass: '-qp', dataProvider: '---', applicationClient: '---' },
};

const LETTER: Readonly<Record<EnvironmentKind, 'e' | 'q' | 'p'>> = { exploration: 'e', qualification: 'q', production: 'p' };

const KIND_OF_LIFETIME: Readonly<Record<EnvironmentConfig['serving']['endpoint']['lifetime'], EnvironmentKind>> = {
  none: 'exploration',
  qualification: 'qualification',
  permanent: 'production',
};

export const kindOf = (environment: EnvironmentConfig): EnvironmentKind => KIND_OF_LIFETIME[environment.serving.endpoint.lifetime];

/** What a role may do in an environment; nothing means that the role does not exist there. */
export function permissionsOf(role: AccessRole, environment: EnvironmentConfig): readonly Permission[] {
  const letter = LETTER[kindOf(environment)];
  return PERMISSIONS.filter(
    (permission) => ACCESS[permission][role].includes(letter) && (permission !== 'readProductionData' || environment.development.readsProductionData === true),
  );
}

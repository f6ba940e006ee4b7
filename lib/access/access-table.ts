import type { EnvironmentConfig } from '../config/environment';

/**
 * Who may do what where: roles of people and programs x kinds of environments x permissions. The roles are generated from this table, and a test
 * simulates every cell of it.
 */

/** What an environment is for, told by its values. */
export type EnvironmentKind = 'exploration' | 'qualification' | 'production';

export const ROLES = ['engineer', 'dataScientist', 'approver', 'auditor', 'dataProvider', 'applicationClient'] as const;
export type AccessRole = (typeof ROLES)[number];

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
] as const;
export type Permission = (typeof PERMISSIONS)[number];

type Row = Readonly<Record<EnvironmentKind, readonly Permission[]>>;

export const ACCESS: Readonly<Record<AccessRole, Row>> = {
  engineer: {
    exploration: ['readProcess', 'readLogs', 'readEvidence', 'readData', 'deliverData', 'startDevelopment', 'explore'],
    qualification: ['readProcess', 'readLogs', 'readEvidence', 'startDevelopment'],
    production: ['readProcess', 'readLogs', 'readEvidence', 'startDevelopment'],
  },
  dataScientist: {
    exploration: ['readProcess', 'readLogs', 'readEvidence', 'readData', 'readProductionData', 'deliverData', 'startDevelopment', 'explore'],
    qualification: ['readProcess', 'readEvidence'],
    production: ['readProcess', 'readEvidence'],
  },
  approver: { exploration: [], qualification: ['readEvidence'], production: ['readProcess', 'readEvidence', 'approve'] },
  auditor: { exploration: ['readTrail'], qualification: ['readProcess', 'readEvidence', 'readTrail'], production: ['readProcess', 'readEvidence', 'readTrail'] },
  dataProvider: { exploration: ['deliverData'], qualification: ['deliverData'], production: ['deliverData'] },
  applicationClient: { exploration: [], qualification: [], production: ['callApplication'] },
};

const KIND_OF_LIFETIME: Readonly<Record<EnvironmentConfig['serving']['endpoint']['lifetime'], EnvironmentKind>> = {
  none: 'exploration',
  qualification: 'qualification',
  permanent: 'production',
};

/** What a role may do in an environment; nothing means that the role does not exist there. */
export function permissionsOf(role: AccessRole, environment: EnvironmentConfig): readonly Permission[] {
  return ACCESS[role][KIND_OF_LIFETIME[environment.serving.endpoint.lifetime]].filter(
    (permission) => permission !== 'readProductionData' || environment.development.readsProductionData === true,
  );
}

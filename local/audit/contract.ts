import type { Verdict } from '../../lambda/gate/contract';
import type { ArtifactManifest } from '../../lambda/register/contract';
import type { InferenceRecord } from '../../lambda/shared/inference/contract';
import type { MlTestScore } from '../../lambda/shared/score/contract';

/** Where a model is registered and served, as an audit is told. */
export interface AuditScope {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly model: string;
  /** Key that the qualifying environment signs with, by environment name; `undefined` for an environment that may not qualify. */
  readonly signingKeyArn: (environment: string) => string | undefined;
  /** Who changed the approval of a version, from the trail of the account. */
  readonly approvals: (modelPackageArn: string) => Promise<readonly Approval[]>;
}

/** One change of the approval status. */
export interface Approval {
  readonly time: string;
  readonly status: string;
  /** ARN of who changed it. */
  readonly who: string;
}

/** One comparison of what lies there with what was recorded. */
export interface Verification {
  /** Part of the record, such as `model` or `data`. */
  readonly part: string;
  readonly what: string;
  /** `missing`: it is not there; `tampered`: it is not what was recorded. */
  readonly outcome: 'verified' | 'tampered' | 'missing';
  readonly uri?: string;
  readonly expected: string;
  readonly actual: string;
}

/** A verdict about the version, with the hash that binds it, where something outside holds one. */
export interface AuditedVerdict {
  readonly uri: string;
  readonly verdict: Verdict;
}

/** A time in production. */
export interface Deployment {
  readonly from: string;
  /** `null` while it serves. */
  readonly until: string | null;
  readonly endpointName: string;
  readonly endpointConfigName: string;
  /** ARN of who recorded it: the promotion's role. */
  readonly recordedBy: string;
}

/** Everything that an audit found. */
export interface AuditReport {
  readonly version: '1';
  readonly createdAt: string;
  readonly environment: string;
  readonly model: string;
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  readonly approvalStatus: string;
  readonly lifeCycle: string | null;
  /** The prediction that was asked about. */
  readonly prediction: InferenceRecord | null;
  readonly manifest: ArtifactManifest | null;
  readonly verdicts: readonly AuditedVerdict[];
  readonly approvals: readonly Approval[];
  readonly deployments: readonly Deployment[];
  readonly score: MlTestScore | null;
  readonly verifications: readonly Verification[];
}

export const problemsOf = ({ verifications }: Pick<AuditReport, 'verifications'>): readonly Verification[] => verifications.filter(({ outcome }) => outcome !== 'verified');

/** Customer metadata of a model package that records what its qualification said: `passed`, `failed` or `broken`. Absent: not qualified yet. */
export const QUALIFICATION_METADATA = 'qualification';

/** Name of the gate whose verdicts are admitted. */
export const QUALIFICATION_GATE = 'qualification';

export const AdmissionEnv = {
  /** `automatic`: a passed package is approved at once; `manual`: it waits for a person. */
  APPROVAL: 'MLOPS_APPROVAL',
  /** ARN of the key with which the qualifying environment signs its verdicts, by alias. */
  SIGNING_KEY_ARN: 'MLOPS_QUALIFICATION_KEY_ARN',
} as const;

export type Approval = 'automatic' | 'manual';

/** What the admission answers. */
export interface AdmissionResult {
  readonly admitted: boolean;
  /** Why the verdict was not admitted, or what the admission did. */
  readonly reason: string;
}

/** Customer metadata of a model package that records what its qualification said: `passed`, `failed` or `broken`. Absent: not qualified yet. */
export const QUALIFICATION_METADATA = 'qualification';

export const AdmissionEnv = {
  /** `automatic`: a passed package is approved at once; `manual`: it waits for a person. */
  APPROVAL: 'MLOPS_APPROVAL',
  /** ARN of the key with which the qualifying environment signs, by alias. */
  SIGNING_KEY_ARN: 'MLOPS_QUALIFICATION_KEY_ARN',
} as const;

/** Environment variable: ARN of the key with which the qualifying environment signs its verdicts, by alias. */
export const QUALIFICATION_KEY_ARN = 'MLOPS_QUALIFICATION_KEY_ARN';

/** Error of a package that may not go to production. */
export const PROMOTION_REFUSED = 'PromotionRefused';

/** What the promotion goes on with. */
export interface AdmittedPackage {
  readonly modelPackageArn: string;
  readonly packageDigest: string;
  /** Which approval this is: see `approvalOf`. */
  readonly approval: string;
  readonly manifestUri: string;
  readonly modelDataUrl: string;
  readonly goldenUri: string;
  readonly referenceUri: string;
}

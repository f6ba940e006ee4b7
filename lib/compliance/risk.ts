import type { Construct, IConstruct } from 'constructs';

const RISK_METADATA = 'mlops:risk-rating';

/** Notes how a model is rated (`modelCard.riskRating` of its declaration), for rules on everything below `scope`. */
export function noteRisk(scope: Construct, riskRating: string): void {
  scope.node.addMetadata(RISK_METADATA, riskRating);
}

/** Whether a construct belongs to a model that is rated `High`. */
export const isHighRisk = (construct: IConstruct): boolean =>
  construct.node.scopes.some(({ node }) => node.metadata.some(({ type, data }) => type === RISK_METADATA && data === 'High'));

import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import type { ModelProjectData } from '../../shared/project/contract';
import { soundsSensitive } from '../../shared/schema/sensitive';
import { counted, figure, list } from '../../shared/words';
import { notApplicable, notMeasured } from './found';

const ID = Checks.DATA.measurements;

/** What all features together cost. */
export function measureCost({ schema: { features }, declaration: { data } }: ModelProjectData): Measurement {
  const priced = features.filter(({ cost }) => cost !== undefined);
  const unpriced = features.filter(({ cost }) => cost === undefined).map(({ name }) => name);
  if (priced.length === 0 && data.featureCostBudget === undefined) {
    return notApplicable(ID.FEATURE_COST, 'the schema names no cost of a feature');
  }
  if (unpriced.length > 0) {
    return notMeasured(ID.FEATURE_COST, `the schema names no cost of ${list(unpriced)}; give each feature a cost (0.0001 for what is free)`);
  }
  const total = priced.reduce((sum, { cost = 0 }) => sum + cost, 0);
  const dearest = priced.toSorted((a, b) => (b.cost ?? 0) - (a.cost ?? 0)).slice(0, 3);
  return {
    id: ID.FEATURE_COST,
    status: 'measured',
    value: total,
    explanation: `${counted(features.length, 'feature')} cost ${figure(total)}; the dearest: ${list(dearest.map(({ name, cost = 0 }) => `${name} ${figure(cost)}`))}`,
    details: Object.fromEntries(priced.map(({ name, cost }) => [name, cost])),
  };
}

/** Policy: what the law protects is a feature only where the declaration allows it by name. */
export function measureSensitive({ schema: { features }, declaration: { data } }: ModelProjectData): Measurement {
  const allowed = data.sensitiveFeatures ?? [];
  const marked = features.filter(({ sensitive }) => sensitive === true).map(({ name }) => name);
  const suspected = features.filter((feature) => feature.sensitive === undefined && soundsSensitive(feature)).map(({ name }) => name);
  const refused = [...marked, ...suspected].filter((name) => !allowed.includes(name));
  return {
    id: ID.SENSITIVE_FEATURES,
    status: 'measured',
    value: refused.length,
    explanation:
      refused.length > 0
        ? `${list(refused)} ${refused.length === 1 ? 'is' : 'are'} sensitive${suspected.some((name) => refused.includes(name)) ? ' or sound like it' : ''}; ` +
          'name them in data.sensitiveFeatures, or set "sensitive": false in the schema where that is wrong'
        : marked.length === 0 ? 'no feature is sensitive' : `sensitive and allowed by name: ${list(marked)}`,
  };
}

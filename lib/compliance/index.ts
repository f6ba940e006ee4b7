/** Rules for an organization's own app: `import { MlopsChecks } from 'mlops-blueprint/compliance'`. */
export { MLOPS_RULES, MlopsChecks } from './mlops-checks';
export { rulePacks } from './packs';
export { noteRisk } from './risk';
export type { Rule } from './rules/rule';

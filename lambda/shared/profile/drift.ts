import type { ModelDeclaration } from '../project/contract';
import { benjaminiHochberg } from '../statistics';
import { counted, percent, pValueText, rounded } from '../words';
import { compareColumn, type Comparison } from './compare';
import type { ColumnProfile, ReferenceProfile } from './contract';

export type DriftLimits = ModelDeclaration['monitoring']['drift'];

/** `warning`: worth a look, no alarm. */
export type DriftState = 'stable' | 'warning' | 'drifted';

export interface ColumnDrift extends Comparison {
  /** Benjamini-Hochberg over the features of the window. */
  readonly adjustedPValue: number;
  readonly state: DriftState;
  /** One plain sentence. */
  readonly explanation: string;
}

/** What a window says about the world since training. */
export interface DriftReport {
  readonly features: readonly ColumnDrift[];
  readonly driftedShare: number;
  readonly drifted: readonly ColumnDrift[];
  readonly criticalDrifted: readonly ColumnDrift[];
  readonly prediction: ColumnDrift;
}

/** A window's profiles, not condensed. */
export interface WindowProfile {
  readonly rows: number;
  readonly features: Readonly<Record<string, ColumnProfile>>;
  readonly prediction: ColumnProfile;
}

/**
 * The alarm rule: a column drifted if an effect is large, AND chance does not explain it after adjustment for the number of columns, AND its PSI
 * exceeds what PSI reaches by chance. Effect alone alarms on noise in small windows, significance alone on trifles in large ones.
 *
 * The window must have the project's minimum of rows; the caller says *not enough data* otherwise.
 *
 * @throws Error when reference and window do not belong to the same schema, or a critical feature is none.
 */
export function assessDrift(reference: ReferenceProfile, window: WindowProfile, limits: DriftLimits): DriftReport {
  const features = assessFeatures(reference, window.features, limits);
  const drifted = features.filter(({ state }) => state === 'drifted');
  const prediction = compareColumn('prediction', reference.prediction, window.prediction);
  return {
    features,
    drifted,
    driftedShare: drifted.length / features.length,
    criticalDrifted: drifted.filter(({ column }) => limits.criticalFeatures.includes(column)),
    // Its own family: what the model answers is watched whatever the number of features.
    prediction: assess(prediction, prediction.pValue, limits),
  };
}

/** The alarm rule for features alone: any data that is compared with a reference. */
export function assessFeatures(
  reference: Pick<ReferenceProfile, 'features' | 'schemaVersion'>,
  current: Readonly<Record<string, ColumnProfile>>,
  limits: DriftLimits,
): ColumnDrift[] {
  const names = Object.keys(current);
  const unknown = [...names, ...limits.criticalFeatures].filter((name) => reference.features[name] === undefined);
  if (names.length === 0 || unknown.length > 0) {
    throw new Error(`the reference has no profile of ${unknown.join(', ') || 'any feature'}; it was made with schema version ${reference.schemaVersion}`);
  }
  const comparisons = Object.entries(current).flatMap(([name, profile]) => {
    const before = reference.features[name];
    return before === undefined ? [] : [compareColumn(name, before, profile)];
  });
  const adjusted = benjaminiHochberg(comparisons.map(({ pValue }) => pValue));
  return comparisons.map((comparison, index) => assess(comparison, adjusted[index] ?? 1, limits));
}

interface Effect {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
}

function effects(comparison: Comparison, limits: DriftLimits): Effect[] {
  const all: (readonly [string, number | undefined, number])[] = [
    ['PSI', comparison.psi, limits.psiAlarm],
    ['KS', comparison.ks, limits.ks],
    ['normed Wasserstein', comparison.normedWasserstein, limits.normedWasserstein],
    ["Cramer's V", comparison.cramersV, limits.cramersV],
  ];
  return all.flatMap(([name, value, limit]) => (value === undefined ? [] : [{ name, value, limit }]));
}

function assess(comparison: Comparison, adjustedPValue: number, limits: DriftLimits): ColumnDrift {
  const sizes = effects(comparison, limits);
  const large = sizes.filter(({ value, limit }) => value >= limit);
  const beyondChance = adjustedPValue < limits.significance && comparison.psi > comparison.psiNullLimit;
  const state = !beyondChance ? 'stable' : large.length > 0 ? 'drifted' : comparison.psi >= limits.psiWarning ? 'warning' : 'stable';
  return { ...comparison, adjustedPValue, state, explanation: sentence(comparison, sizes, adjustedPValue, state, limits) };
}

const STATE_WORDS: Readonly<Record<DriftState, string>> = { stable: 'is stable', warning: 'moved', drifted: 'drifted' };

function sentence(comparison: Comparison, sizes: readonly Effect[], adjustedPValue: number, state: DriftState, limits: DriftLimits): string {
  const { column, referenceMean, mean, missingShare, emptyCells, psi, psiNullLimit } = comparison;
  const parts = [
    ...sizes.map(({ name, value, limit }) => `${name} ${rounded(value, 3)} (limit ${limit})`),
    `adjusted p ${pValueText(adjustedPValue)} (limit ${limits.significance})`,
    ...(psi > psiNullLimit ? [] : [`PSI within chance (${rounded(psiNullLimit, 3)})`]),
    ...(mean === undefined || referenceMean === undefined ? [] : [`mean ${rounded(mean)} instead of ${rounded(referenceMean)}`]),
    ...(missingShare > 0 ? [`${percent(missingShare)} missing`] : []),
    ...(emptyCells > 0 ? [`${counted(emptyCells, 'cell')} empty on one side`] : []),
  ];
  return `${column} ${STATE_WORDS[state]}: ${parts.join(', ')}`;
}

import type { Vector } from './classification';
import { jensenShannonDivergence, kullbackLeibler } from './distances';
import { normalQuantile } from './distributions';
import type { Interval } from './proportions';
import { logGamma } from './special-functions';

/**
 * Fairness of decisions between a disadvantaged group d and the rest a (one against the rest), with the names and signs that SageMaker Clarify
 * documents. 1 is the favourable label and the favourable decision. A quotient without denominator is `undefined` unless its formula says otherwise.
 */

/** Rows of one group by label and decision. */
export interface GroupCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

const quotient = (numerator: number, denominator: number): number | undefined => (denominator === 0 ? undefined : numerator / denominator);
const gap = (first: number | undefined, second: number | undefined): number | undefined =>
  first === undefined || second === undefined ? undefined : first - second;
/** `0 / 0 = 0`, `x / 0` is infinite: Clarify's convention for the measures that compare counts. */
const countRatio = (numerator: number, denominator: number): number => (numerator === 0 ? 0 : numerator / denominator);

/** Rates of one group. */
export interface GroupRates {
  readonly rows: number;
  /** Rows with the favourable label. */
  readonly positives: number;
  /** Rows with the favourable decision. */
  readonly selected: number;
  readonly labelShare: number | undefined;
  readonly selectionRate: number | undefined;
  readonly accuracy: number | undefined;
  readonly recall: number | undefined;
  readonly specificity: number | undefined;
  readonly falsePositiveRate: number | undefined;
  readonly precision: number | undefined;
  /** Share of rightly rejected among the rejected. */
  readonly negativePredictiveValue: number | undefined;
}

export function groupRates({ truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn }: GroupCounts): GroupRates {
  const rows = tp + fp + fn + tn;
  return {
    rows,
    positives: tp + fn,
    selected: tp + fp,
    labelShare: quotient(tp + fn, rows),
    selectionRate: quotient(tp + fp, rows),
    accuracy: quotient(tp + tn, rows),
    recall: quotient(tp, tp + fn),
    specificity: quotient(tn, tn + fp),
    falsePositiveRate: quotient(fp, fp + tn),
    precision: quotient(tp, tp + fp),
    negativePredictiveValue: quotient(tn, tn + fn),
  };
}

/** Counts labels against decisions over the rows of a group; both are 0 or 1. */
export function groupCounts(labels: Vector, decisions: Vector, isMember: (row: number) => boolean): GroupCounts {
  const counts = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    if (isMember(row)) {
      const cell = (decisions[row] === 1 ? 0 : 2) + (labels[row] === 1 ? 0 : 1);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  const [truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0] = counts;
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

/** Bias that the data itself carries: labels, before any model. */
export interface LabelBias {
  /** CI: (n_a - n_d) / n. */
  readonly classImbalance: number;
  /** DPL: difference of the shares of the favourable label, a less d. */
  readonly labelDifference: number;
  /** KL of a's labels from d's, in nats. */
  readonly kullbackLeibler: number | undefined;
  /** JS divergence, in nats. */
  readonly jensenShannon: number;
  /** LP: Euclidean distance of the label shares. */
  readonly euclideanDistance: number;
  /** TVD: half of the sum of their differences. */
  readonly totalVariation: number;
  /** KS: greatest of their differences. */
  readonly kolmogorovSmirnov: number;
}

/** @returns `undefined` where one side is empty. */
export function labelBias(a: GroupCounts, d: GroupCounts): LabelBias | undefined {
  const [advantaged, disadvantaged] = [groupRates(a), groupRates(d)];
  if (advantaged.labelShare === undefined || disadvantaged.labelShare === undefined) {
    return undefined;
  }
  const difference = advantaged.labelShare - disadvantaged.labelShare;
  const [p, q] = [advantaged, disadvantaged].map(({ rows, positives }) => [rows - positives, positives]) as [number[], number[]];
  const divergence = kullbackLeibler(p, q);
  return {
    classImbalance: (advantaged.rows - disadvantaged.rows) / (advantaged.rows + disadvantaged.rows),
    labelDifference: difference,
    kullbackLeibler: Number.isFinite(divergence) ? divergence : undefined,
    jensenShannon: jensenShannonDivergence(p, q),
    euclideanDistance: Math.SQRT2 * Math.abs(difference),
    totalVariation: Math.abs(difference),
    kolmogorovSmirnov: Math.abs(difference),
  };
}

/** Bias of the decisions. */
export interface DecisionBias {
  /** DPPL, demographic parity: selection rate of a less that of d. */
  readonly selectionDifference: number | undefined;
  /** DI, disparate impact: selection rate of d over that of a. */
  readonly selectionRatio: number | undefined;
  /** AD: accuracy of a less that of d. */
  readonly accuracyDifference: number | undefined;
  /** RD, equal opportunity: recall of a less that of d. */
  readonly recallDifference: number | undefined;
  /** SD: specificity of **d less that of a**, as Clarify has it. */
  readonly specificityDifference: number | undefined;
  /** DAR: precision of a less that of d. */
  readonly acceptanceDifference: number | undefined;
  /** DRR: negative predictive value of d less that of a. */
  readonly rejectionDifference: number | undefined;
  /** DCA: labels per decision for the favourable value, a less d. */
  readonly conditionalAcceptance: number;
  /** DCR: labels per decision for the other value, d less a. */
  readonly conditionalRejection: number;
  /** TE: false negatives per false positive, d less a. */
  readonly treatmentEquality: number;
}

export function decisionBias(a: GroupCounts, d: GroupCounts): DecisionBias {
  const [ra, rd] = [groupRates(a), groupRates(d)];
  const difference = (rate: (rates: GroupRates) => number | undefined): number | undefined => gap(rate(ra), rate(rd));
  const [accepted, rejected] = [
    ({ positives, selected }: GroupRates) => countRatio(positives, selected),
    ({ rows, positives, selected }: GroupRates) => countRatio(rows - positives, rows - selected),
  ];
  const errors = ({ falseNegatives, falsePositives }: GroupCounts): number => countRatio(falseNegatives, falsePositives);
  return {
    selectionDifference: difference(({ selectionRate }) => selectionRate),
    selectionRatio: ra.selectionRate === undefined || rd.selectionRate === undefined ? undefined : quotient(rd.selectionRate, ra.selectionRate),
    accuracyDifference: difference(({ accuracy }) => accuracy),
    recallDifference: difference(({ recall }) => recall),
    specificityDifference: gap(rd.specificity, ra.specificity),
    acceptanceDifference: difference(({ precision }) => precision),
    rejectionDifference: gap(rd.negativePredictiveValue, ra.negativePredictiveValue),
    conditionalAcceptance: accepted(ra) - accepted(rd),
    conditionalRejection: rejected(rd) - rejected(ra),
    treatmentEquality: errors(d) - errors(a),
  };
}

/**
 * Demographic disparity within strata (CDDL on labels, CDDPL on decisions): share of d among the rejected less its share among the accepted, weighted
 * by the rows of each stratum. Strata keep a difference that another column explains from being read as one between the groups.
 */
export function conditionalDisparity(outcomes: Vector, disadvantaged: (row: number) => boolean, stratum: (row: number) => string | number): number {
  const strata = new Map<string | number, { rejected: number; rejectedD: number; accepted: number; acceptedD: number }>();
  for (let row = 0; row < outcomes.length; row += 1) {
    const counts = strata.get(stratum(row)) ?? { rejected: 0, rejectedD: 0, accepted: 0, acceptedD: 0 };
    const member = Number(disadvantaged(row));
    if (outcomes[row] === 1) {
      counts.accepted += 1;
      counts.acceptedD += member;
    } else {
      counts.rejected += 1;
      counts.rejectedD += member;
    }
    strata.set(stratum(row), counts);
  }
  let sum = 0;
  for (const { rejected, rejectedD, accepted, acceptedD } of strata.values()) {
    sum += (rejected + accepted) * (countRatio(rejectedD, rejected) - countRatio(acceptedD, accepted));
  }
  return sum / outcomes.length;
}

/** GE with alpha 2: inequality of the benefits `decision - label + 1` over the rows. 0 where every row gains alike. */
export function generalizedEntropy(labels: Vector, decisions: Vector): number {
  let [sum, squares] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const benefit = (decisions[row] ?? 0) - (labels[row] ?? 0) + 1;
    sum += benefit;
    squares += benefit * benefit;
  }
  const mean = sum / labels.length;
  return mean === 0 ? 0 : (squares / labels.length / mean ** 2 - 1) / 2;
}

/** Gaps over all groups at once, worst case. */
export interface EqualizedOdds {
  /** Greater of the ranges of recall and of false positive rate. */
  readonly difference: number | undefined;
  /** Lesser of the least-to-greatest ratios of the two. */
  readonly ratio: number | undefined;
}

export function equalizedOdds(groups: readonly GroupCounts[]): EqualizedOdds {
  const rates = groups.map(groupRates);
  const ranges = [rates.map(({ recall }) => recall), rates.map(({ falsePositiveRate }) => falsePositiveRate)].map((values) => {
    const known = values.filter((value) => value !== undefined);
    return known.length < 2 ? undefined : ([Math.min(...known), Math.max(...known)] as const);
  });
  const known = ranges.filter((range) => range !== undefined);
  return {
    difference: known.length === 0 ? undefined : Math.max(...known.map(([least, greatest]) => greatest - least)),
    ratio: known.length === 0 ? undefined : Math.min(...known.map(([least, greatest]) => (greatest === 0 ? 1 : least / greatest))),
  };
}

/** Mean of the gaps of false positive rate and recall, d less a. */
export function averageOddsDifference(a: GroupCounts, d: GroupCounts): number | undefined {
  const [ra, rd] = [groupRates(a), groupRates(d)];
  const [falsePositives, recall] = [gap(rd.falsePositiveRate, ra.falsePositiveRate), gap(rd.recall, ra.recall)];
  return falsePositives === undefined || recall === undefined ? undefined : (falsePositives + recall) / 2;
}

/** A count out of so many rows. */
export interface Share {
  readonly successes: number;
  readonly n: number;
}

/**
 * Ratio of two independent shares with Katz's log interval.
 *
 * @returns `undefined` where the second share is 0: nothing can be a part of it. A first share of 0 has the ratio 0 and the lower bound 0.
 */
export function ratioOfShares(first: Share, second: Share, confidence = 0.95): { readonly value: number; readonly interval: Interval } | undefined {
  if (second.successes === 0 || first.n === 0) {
    return undefined;
  }
  const z = normalQuantile(0.5 + confidence / 2);
  const of = (a: number): { ratio: number; error: number } => ({
    ratio: (a / first.n) / (second.successes / second.n),
    error: Math.sqrt(1 / a - 1 / first.n + 1 / second.successes - 1 / second.n),
  });
  if (first.successes === 0) {
    // Half a success stands for none where only the upper bound needs it.
    const { ratio, error } = of(0.5);
    return { value: 0, interval: [0, ratio * Math.exp(z * error)] };
  }
  const { ratio, error } = of(first.successes);
  return { value: ratio, interval: [ratio * Math.exp(-z * error), ratio * Math.exp(z * error)] };
}

/** Fisher's exact test of equal shares, two-sided: holds for the small groups where a normal law does not. */
export function fisherExact(first: Share, second: Share): number {
  const [rows, successes] = [first.n + second.n, first.successes + second.successes];
  const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const all = logChoose(rows, successes);
  const probability = (k: number): number => Math.exp(logChoose(first.n, k) + logChoose(second.n, successes - k) - all);
  const observed = probability(first.successes);
  let sum = 0;
  for (let k = Math.max(0, successes - second.n); k <= Math.min(first.n, successes); k += 1) {
    const p = probability(k);
    // Tables as likely as the observed one count, whatever the rounding.
    sum += p <= observed * (1 + 1e-7) ? p : 0;
  }
  return Math.min(1, sum);
}

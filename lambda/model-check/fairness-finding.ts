import type { FairnessDeclaration } from '../shared/project/contract';
import type { Interval } from '../shared/statistics';

/** One group against the best one of those that are large enough. */
export interface GroupFinding {
  readonly group: string;
  readonly rows: number;
  /** Absent where errors are compared, which need no favourable label. */
  readonly positives?: number;
  /** Selection rate, or mean absolute error. */
  readonly rate?: number;
  /** Of the group's rate to the best one's, so that 1 is equal and less is worse; absent for the best group and for groups that are too small. */
  readonly ratio?: { readonly value: number; readonly interval: Interval };
  /** Every other measure of the group, against the rest of the rows. */
  readonly details: object;
}

/** What a way of comparing groups delivers. */
export interface FairnessFinding {
  /** `selection rate`, `mean absolute error` */
  readonly rateName: string;
  readonly groups: readonly GroupFinding[];
  readonly best?: string;
  /** Greater of the ranges of recall and false positive rate over the groups that are large enough. */
  readonly oddsDifference?: number;
  readonly details: object;
}

/** Whether a group is large enough to be judged. */
export const largeEnough = ({ minimumRows, minimumPositives }: FairnessDeclaration, rows: number, positives?: number): boolean =>
  rows >= minimumRows && (positives === undefined || positives >= minimumPositives);

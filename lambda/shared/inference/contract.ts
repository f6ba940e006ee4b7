import type { Label } from '../project/contract';

/** What a model answers, and what is logged of it. */

/**
 * Beginning of the request ids of the checks, which call the application like anybody else and are logged like anybody else. Their records are
 * no production data: readers of the inference log leave them out. Callers over HTTP can't choose a request id.
 */
export const CHECK_REQUEST_PREFIX = 'check-';

/**
 * What a model answers about one record: probability of the positive class and label; probability of each class and the most probable label; or a
 * value. The same form in the container's answer, in the application's and in the inference log.
 */
export type ModelOutput =
  | { readonly probability: number; readonly label: Label }
  | { readonly probabilities: Readonly<Record<string, number>>; readonly label: Label }
  | { readonly value: number };

/** One line of the inference log: one prediction. */
export interface InferenceRecord {
  readonly requestId: string;
  readonly row: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly modelPackageArn: string;
  readonly variant: string;
  readonly schemaVersion: string;
  readonly recordId: string | number | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: ModelOutput;
  /** What the application decided. */
  readonly response: { readonly decision: string };
  readonly latencyMilliseconds: number;
}

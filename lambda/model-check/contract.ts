/** What the model check reads from its gate's context. */
export interface ModelCheckContext {
  /**
   * `predictions.parquet` of the evaluation: record id, `label`, one column per contender (`candidate`, `baseline`, `trivial`, `champion`, the last null
   * where there is no champion), for several classes also `<contender>_<i>`, and `by_<column>` for each column of the slices and of fairness.
   */
  readonly predictionsUri: string;
  /** `evaluation.json` of the evaluation: what the contenders cost. */
  readonly evaluationUri: string;
  /** `studies.json` of the studies ({@link StudiesReport}). */
  readonly studiesUri: string;
  /** `tests.json` of the project's own tests ({@link TestsReport}). */
  readonly testsUri: string;
}

/** What the studies of the pipeline measured; the file is written by Python. */
export interface StudiesReport {
  readonly version: '1';
  /** By the id of a study, without `studies.` */
  readonly studies: Readonly<Record<string, StudyFinding>>;
}

export interface StudyFinding {
  readonly status: 'measured' | 'notApplicable' | 'notMeasured';
  readonly value?: number;
  readonly sampleSize?: number;
  /** One plain sentence. */
  readonly explanation: string;
  readonly details?: unknown;
  /** What the study took. */
  readonly seconds?: number;
}

/** What the project's own tests said, in the image that trains; the file is written by Python. */
export interface TestsReport {
  readonly version: '1';
  /** What ran the tests. */
  readonly runner: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Passed tests that called a function of what makes features: the project's transforms, or the package's. */
  readonly features: number;
  /** Failed ones first; of very many the last are left out. */
  readonly tests: readonly {
    readonly name: string;
    readonly outcome: 'passed' | 'failed' | 'skipped';
    readonly seconds: number;
    readonly features: boolean;
    /** Why it failed or was skipped, in one line. */
    readonly message?: string;
  }[];
}

/** Contenders on the test rows, by the name of their column. */
export const Contenders = { CANDIDATE: 'candidate', BASELINE: 'baseline', TRIVIAL: 'trivial', CHAMPION: 'champion' } as const;

/** Column of `predictions.parquet` with the value of a column that rows are grouped by. */
export const groupColumn = (column: string): string => `by_${column}`;

/** A run in which the generator was late is repeated, as long as the function's time allows: what disturbed it may have passed. The last run counts, late or not. */
export const MAXIMUM_RUNS = 3;

/**
 * The share of failed requests is judged by its upper bound (Clopper-Pearson, one-sided 95 %): the true share exceeds it with this probability. Of n requests without a failure the bound is
 * 1 - 0.05^(1/n).
 */
export const ERROR_TAIL = 0.05;

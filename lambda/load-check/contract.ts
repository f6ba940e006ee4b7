/** A run in which the generator was late is repeated, as long as the function's time allows: what disturbed it may have passed. The last run counts, late or not. */
export const MAXIMUM_RUNS = 3;

/** Two small samples, ten and twelve values. */
export const R = [0.1, 0.4, 0.5, 0.9, 1.2, 1.3, 1.7, 2.0, 2.2, 2.9];
export const C = [0.6, 1.1, 1.4, 1.9, 2.1, 2.6, 2.8, 3.1, 3.5, 4.0, 4.2, 4.8];

/** Counts over three categories; the second pair has a category that the reference does not know. */
export const CAT3 = { reference: [50, 30, 20], current: [30, 30, 40] };
export const CAT4 = { reference: [50, 30, 20, 0], current: [30, 30, 35, 5] };

/** Twenty labelled scores, and the scores of a simpler model on the same rows. */
export const LABELS = [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0];
export const SCORES = [0.92, 0.81, 0.77, 0.44, 0.66, 0.58, 0.31, 0.55, 0.42, 0.23, 0.12, 0.61, 0.71, 0.48, 0.35, 0.53, 0.22, 0.15, 0.05, 0.52];
export const BASELINE = [0.7, 0.62, 0.55, 0.5, 0.41, 0.66, 0.35, 0.58, 0.47, 0.3, 0.28, 0.52, 0.6, 0.44, 0.49, 0.4, 0.33, 0.25, 0.2, 0.54];

/** Census employment data, adults, 2015 against 2018: a year in which nothing may alarm. */
export const AGE_DECILES = {
  edges: [21, 27, 34, 42, 48, 54, 60, 66, 74],
  reference: [5360, 5643, 5862, 6013, 5167, 5975, 6265, 5741, 5733, 5979],
  current: [5171, 5655, 6335, 6439, 4767, 5549, 6344, 6001, 6556, 6312],
};
export const ANCESTRY = { reference: [31633, 18043, 504, 7558], current: [29705, 18880, 802, 9742] };

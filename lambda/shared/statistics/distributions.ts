import { incompleteBeta, lowerGamma, solveIncreasing, upperGamma } from './special-functions';

/** Standard normal distribution function P(Z <= z). */
export function normalCdf(z: number): number {
  return z < 0 ? normalUpperTail(-z) : 1 - normalUpperTail(z);
}

/** P(Z > z), with full relative accuracy in the far tail. */
export function normalUpperTail(z: number): number {
  return z < 0 ? 1 - 0.5 * upperGamma(0.5, (z * z) / 2) : 0.5 * upperGamma(0.5, (z * z) / 2);
}

/** P(|Z| > |z|). */
export function normalTwoSided(z: number): number {
  return upperGamma(0.5, (z * z) / 2);
}

const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Quantile of the standard normal distribution.
 *
 * @throws RangeError unless `0 < probability < 1`.
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a normal quantile needs a probability between 0 and 1, got ${probability}`);
  }
  if (probability === 0.5) {
    return 0;
  }
  const tail = Math.min(probability, 1 - probability);
  // Halley's steps on log(tail), which is nearly a parabola in z, from the leading term of its expansion.
  let z = Math.sqrt(-2 * Math.log(tail));
  for (let step = 0; step < 50; step += 1) {
    const area = normalUpperTail(z);
    const error = (area - tail) / normalDensity(z);
    const change = error / (1 - (error * z) / 2);
    z = Math.max(0, z + change);
    if (Math.abs(change) <= 1e-15 * Math.max(1, z)) {
      break;
    }
  }
  return probability < 0.5 ? -z : z;
}

/** P(X > x) of the chi-squared distribution; tails far below 1e-16 keep their relative accuracy. */
export function chiSquaredUpperTail(x: number, degreesOfFreedom: number): number {
  return degreesOfFreedom <= 0 ? 1 : upperGamma(degreesOfFreedom / 2, x / 2);
}

/**
 * Quantile of the chi-squared distribution.
 *
 * @throws RangeError unless `0 < probability < 1` and there is at least one degree of freedom.
 */
export function chiSquaredQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1 && degreesOfFreedom > 0)) {
    throw new RangeError(`a chi-squared quantile needs a probability between 0 and 1 and df > 0, got ${probability} and ${degreesOfFreedom}`);
  }
  let high = degreesOfFreedom + 10;
  while (lowerGamma(degreesOfFreedom / 2, high / 2) < probability) {
    high *= 2;
  }
  return solveIncreasing((x) => lowerGamma(degreesOfFreedom / 2, x / 2), probability, 0, high);
}

/** Quantile of the beta distribution with `a, b > 0`. */
export function betaQuantile(probability: number, a: number, b: number): number {
  return solveIncreasing((x) => incompleteBeta(x, a, b), probability, 0, 1);
}

/** P(X <= k) of the binomial distribution. */
export function binomialCdf(k: number, n: number, probability: number): number {
  if (k < 0 || k >= n) {
    return k < 0 ? 0 : 1;
  }
  return incompleteBeta(1 - probability, n - k, k + 1);
}

/** P(K > x) of the Kolmogorov distribution: the limit of sqrt(nm / (n + m)) * D. */
export function kolmogorovUpperTail(x: number): number {
  if (x <= 0) {
    return 1;
  }
  // The alternating series loses all digits near zero; the theta transform of it converges there at once.
  if (x < 0.6) {
    let sum = 0;
    for (let k = 1; k <= 5; k += 1) {
      sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    }
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 20; k += 1) {
    sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  }
  return Math.min(1, 2 * sum);
}

/** P(|T| > |t|) of Student's t distribution. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  return Number.isFinite(t) ? incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) : 0;
}

/** From here on the expansion about the normal quantile (Abramowitz and Stegun 26.7.5) is right to about nine digits, and far cheaper. */
const MANY_DEGREES = 200;

/**
 * Quantile of Student's t distribution.
 *
 * @throws RangeError unless `0 < probability < 1` and there is at least one degree of freedom.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1 && degreesOfFreedom >= 1)) {
    throw new RangeError(`a quantile of Student's t needs a probability between 0 and 1 and df >= 1, got ${probability} and ${degreesOfFreedom}`);
  }
  const tail = Math.min(probability, 1 - probability);
  if (tail === 0.5) {
    return 0;
  }
  if (degreesOfFreedom > MANY_DEGREES) {
    const [z, v] = [normalQuantile(probability), degreesOfFreedom];
    return z + (z ** 3 + z) / (4 * v) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v ** 2) + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3);
  }
  // |t| from df / (df + t^2), whose law is a beta distribution.
  const share = betaQuantile(2 * tail, degreesOfFreedom / 2, 0.5);
  const size = Math.sqrt((degreesOfFreedom * (1 - share)) / share);
  return probability < 0.5 ? -size : size;
}

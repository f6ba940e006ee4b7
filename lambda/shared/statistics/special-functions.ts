/** Special functions behind the distributions, accurate to about 1e-13 relative, small upper tails included. */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

const TINY = 1e-300;
const PRECISION = 1e-16;
const MAXIMUM_ITERATIONS = 100_000;

/** Natural logarithm of the gamma function for `x > 0`. */
export function logGamma(x: number): number {
  if (x < 0.5) {
    return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  }
  const shifted = x - 1;
  const base = shifted + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, index) => (index === 0 ? coefficient : sum + coefficient / (shifted + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/** Continued fraction `b0 + a1 / (b1 + a2 / (b2 + ...))` by the modified Lentz method. */
function continuedFraction(start: number, term: (index: number) => readonly [a: number, b: number]): number {
  let value = start === 0 ? TINY : start;
  let c = value;
  let d = 0;
  for (let index = 1; index <= MAXIMUM_ITERATIONS; index += 1) {
    const [a, b] = term(index);
    d = b + a * d;
    d = 1 / (d === 0 ? TINY : d);
    c = b + a / c;
    c = c === 0 ? TINY : c;
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < PRECISION) {
      break;
    }
  }
  return value;
}

const gammaPrefix = (shape: number, x: number): number => Math.exp(shape * Math.log(x) - x - logGamma(shape));

function lowerGammaSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let index = 1; index <= MAXIMUM_ITERATIONS && term > sum * PRECISION; index += 1) {
    term *= x / (shape + index);
    sum += term;
  }
  return gammaPrefix(shape, x) * sum;
}

function upperGammaFraction(shape: number, x: number): number {
  const fraction = continuedFraction(x + 1 - shape, (index) => [-index * (index - shape), x + 2 * index + 1 - shape]);
  return gammaPrefix(shape, x) / fraction;
}

/** Regularized upper incomplete gamma function Q(shape, x) for `shape > 0`. Small tails keep their relative accuracy. */
export function upperGamma(shape: number, x: number): number {
  if (x <= 0) {
    return 1;
  }
  return x < shape + 1 ? 1 - lowerGammaSeries(shape, x) : upperGammaFraction(shape, x);
}

/** Regularized lower incomplete gamma function P(shape, x) for `shape > 0`. */
export function lowerGamma(shape: number, x: number): number {
  if (x <= 0) {
    return 0;
  }
  return x < shape + 1 ? lowerGammaSeries(shape, x) : 1 - upperGammaFraction(shape, x);
}

/** Regularized incomplete beta function I_x(a, b) for `a, b > 0`. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) {
    return x <= 0 ? 0 : 1;
  }
  if (x > (a + 1) / (a + b + 2)) {
    return 1 - incompleteBeta(1 - x, b, a);
  }
  const prefix = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const fraction = continuedFraction(1, (index) => {
    const half = Math.floor(index / 2);
    const numerator = index % 2 === 0
      ? (half * (b - half) * x) / ((a + 2 * half - 1) * (a + 2 * half))
      : (-(a + half) * (a + b + half) * x) / ((a + 2 * half) * (a + 2 * half + 1));
    return [numerator, 1];
  });
  return prefix / fraction;
}

/** Solves `increasing(x) = target` on an interval by bisection, to the last bit. */
export function solveIncreasing(increasing: (x: number) => number, target: number, low: number, high: number): number {
  let [left, right] = [low, high];
  for (;;) {
    const middle = left + (right - left) / 2;
    if (middle <= left || middle >= right) {
      return middle;
    }
    if (increasing(middle) < target) {
      left = middle;
    } else {
      right = middle;
    }
  }
}

/** The standard normal distribution. */

const REACH = 8; // beyond it a tail weighs 6e-16

/** Returns P(X <= x), by Marsaglia's series about 0. */
export function cumulative(x) {
  if (Math.abs(x) >= REACH) return x < 0 ? 0 : 1;
  let term = x;
  let sum = x;
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Returns the x with P(X <= x) = p, by bisection, within [-8, 8]. */
export function quantile(p) {
  let low = -REACH;
  let high = REACH;
  for (let step = 0; step < 54; step += 1) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Moving about in the space of latents. */

/** Returns how far latents reach along a unit direction. */
export function along(latents, direction) {
  return latents.reduce((sum, value, i) => sum + value * direction[i], 0);
}

/** Returns latents moved so that they reach `value` along a direction. */
export function moved(latents, direction, value) {
  const step = value - along(latents, direction);
  return latents.map((z, i) => z + step * direction[i]);
}

/**
 * Returns a point on the arc from `a` (t = 0) to `b` (t = 1).
 *
 * Gaussian latents lie near a sphere; a straight line would leave it. The
 * length changes evenly from the one's to the other's.
 */
export function between(a, b, t) {
  const [lengthA, lengthB] = [length(a), length(b)];
  const cosine = along(a, b) / (lengthA * lengthB);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  const straight = !(sine > 1e-4); // parallel, opposite or zero
  const target = (1 - t) * lengthA + t * lengthB;
  const partA = straight
    ? 1 - t
    : (target * Math.sin((1 - t) * angle)) / sine / lengthA;
  const partB = straight ? t : (target * Math.sin(t * angle)) / sine / lengthB;
  return a.map((value, i) => partA * value + partB * b[i]);
}

function length(vector) {
  return Math.sqrt(along(vector, vector));
}

/**
 * Seeded random numbers: those that `gan.sample(num, seed)` draws.
 *
 * TensorFlow's stateless generators run Philox 4x32-10 (Salmon et al., 2011)
 * under a key made from the seed; so do these, and a seed means the same here
 * and in Python.
 */

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57];
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85];
const ROUNDS = 10;
const SEED_KEY = [0x3ec8f720, 0x02461e29];

/** Returns `num` standard normal numbers as a Float32Array. */
export function normals(seed, num) {
  const numbers = new Float32Array(num);
  const bits = blocks(seed, 0);
  for (let i = 0; i < num; i += 4) {
    const words = bits.next().value;
    numbers.set([...gaussians(...words)].slice(0, num - i), i);
  }
  return numbers;
}

/** Returns `num` integers in [0, limit), uniform. */
export function integers(seed, num, limit) {
  const numbers = new Int32Array(num);
  const bits = blocks(seed, 1);
  for (let i = 0; i < num; i += 4) {
    const words = bits.next().value.map((word) => word % limit);
    numbers.set(words.slice(0, num - i), i);
  }
  return numbers;
}

/** Yields four random 32-bit words at a time; streams are independent. */
function* blocks(seed, stream) {
  const words = [seed >>> 0, seed < 0 ? 0xffffffff : 0, stream, 0];
  const [key0, key1, low, high] = philox(words, SEED_KEY);
  for (let count = 0; ; count += 1) {
    yield philox([count, 0, low, high], [key0, key1]);
  }
}

function philox([c0, c1, c2, c3], [k0, k1]) {
  for (let round = 0; round < ROUNDS; round += 1) {
    const [high0, low0] = product(MULTIPLIERS[0], c0);
    const [high1, low1] = product(MULTIPLIERS[1], c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + KEY_STEPS[0]) | 0;
    k1 = (k1 + KEY_STEPS[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Returns the upper and the lower 32 bits of a product of two words. */
function product(a, b) {
  const [a1, a0] = [a >>> 16, a & 0xffff];
  const [b1, b0] = [b >>> 16, b & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const lower = a0 * b1 + (middle % 0x10000);
  const high = a1 * b1 + Math.floor(middle / 0x10000) + (lower >>> 16);
  return [high | 0, Math.imul(a, b)];
}

/** Box and Muller's transform: two normal numbers from each two words. */
function* gaussians(...words) {
  for (const pair of [words.slice(0, 2), words.slice(2)]) {
    const [u, v] = pair.map((word) => (word & 0x7fffff) / 0x800000);
    const radius = Math.sqrt(-2 * Math.log(Math.max(u, 1e-7)));
    yield radius * Math.sin(2 * Math.PI * v);
    yield radius * Math.cos(2 * Math.PI * v);
  }
}

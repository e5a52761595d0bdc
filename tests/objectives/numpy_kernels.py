"""MMD's kernels in NumPy, and samples to compare them on."""

import numpy as np

BANDWIDTHS = (0.125, 0.25, 0.5, 1, 2, 4)
ALPHAS = (0.2, 0.5, 1, 2, 5)
# Each kernel with its default bandwidths, of distances over sqrt(d).
KERNELS = {
    "gaussian": lambda r: (
        sum(np.exp(-(r**2) / (2 * b**2)) for b in BANDWIDTHS) / 6
    ),
    "rational_quadratic": lambda r: sum(
        (1 + r**2 / (2 * a)) ** -a for a in ALPHAS
    ),
    "energy": lambda r: -r,
}
SELF = {"gaussian": 1.0, "rational_quadratic": 5.0, "energy": 0.0}


def kernel_values(kernel, x, y):
    differences = x[:, None, :] - y[None, :, :]
    return KERNELS[kernel](np.sqrt((differences**2).mean(-1)))


def samples(*sizes, d=3):
    random = np.random.default_rng(0)
    return [random.normal(size=(n, d)) * (1 + i) for i, n in enumerate(sizes)]

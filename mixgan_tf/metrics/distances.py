"""Distances between rows of features, in memory that grows with the rows."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int

# Rows of either side whose distances are in memory at once.
BLOCK = 2048


def require_numbers(argument: str, value: npt.ArrayLike) -> np.ndarray:
    """Returns an array, or raises if it does not hold real numbers.

    Args:
        argument: the name of the user's argument, for error messages.
        value: what the user gave. Strings of digits are not numbers.

    Returns:
        A NumPy array of floats, ints or bools.

    Raises:
        ValueError: if it holds anything else.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"Argument `{argument}` must be an array of real numbers. "
            f"Received: shape {array.shape}, dtype {array.dtype}"
        )
    return array


def require_features(
    argument: str, value: npt.ArrayLike, min_rows: int = 1
) -> np.ndarray:
    """Returns samples or their features as a matrix with a row for each.

    Args:
        argument: the name of the user's argument, for error messages.
        value: real array `(n, ...)`, `n >= min_rows`: features, or samples,
            which are flattened.
        min_rows: the fewest rows that will do.

    Returns:
        A finite, contiguous array `(n, d)`: float32 if that was given, to
        save memory, and float64 otherwise.

    Raises:
        ValueError: if there are too few rows, or values that are not finite
            numbers.
    """
    array = np.asarray(value)
    kinds_of_numbers = "fiub"
    if (
        array.dtype.kind not in kinds_of_numbers
        or array.ndim < 2
        or len(array) < min_rows
        or not array.size
    ):
        raise ValueError(
            f"Argument `{argument}` must be an array of numbers (n, ...) with "
            f"a row for each sample and at least {min_rows} rows. Received: "
            f"shape {array.shape}, dtype {array.dtype}"
        )
    array = array.reshape(len(array), -1)
    if array.dtype != np.float32:
        array = array.astype("float64")
    bad = ~np.isfinite(array).all(axis=1)
    if bad.any():
        raise ValueError(
            f"Argument `{argument}` must hold finite numbers. Received: NaN or "
            f"infinity in {bad.sum()} of {len(array)} rows, the first being "
            f"row {bad.argmax()}"
        )
    return np.ascontiguousarray(array)


def require_same_width(**features: np.ndarray) -> None:
    """Raises unless matrices have the same number of columns.

    Args:
        **features: arrays `(n, d)` by the names of the user's arguments.

    Raises:
        ValueError: if the numbers of columns differ.
    """
    if len({array.shape[1] for array in features.values()}) > 1:
        names = " and ".join(f"`{name}`" for name in features)
        widths = [array.shape[1] for array in features.values()]
        raise ValueError(
            f"Arguments {names} must have samples or features of equal size. "
            f"Received: {widths} numbers a row"
        )


def nearest(
    queries: np.ndarray | None, points: np.ndarray, k: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the `k` nearest points to each query.

    scikit-learn finds the neighbours. It computes distances in high dimensions
    from a matrix product, which blurs the smallest; they are taken again from
    the differences, so that a copy is at distance 0.

    Args:
        queries: finite array `(n, d)`; `None`: the points themselves, a point
            not being its own neighbour.
        points: finite array `(m, d)`.
        k: how many neighbours.

    Returns:
        A tuple of float64 distances and int64 indices, `(n, k)` each, the
        nearest first.

    Raises:
        ValueError: if there are fewer than `k` points besides the query.
    """
    from sklearn.neighbors import NearestNeighbors

    require_positive_int("k", k)
    others = len(points) - (queries is None)
    if k > others:
        raise ValueError(
            f"Argument `k` must be at most {others}, the number of points "
            f"that can be neighbours. Received: k={k}"
        )
    search = NearestNeighbors(n_neighbors=k).fit(points)
    indices = search.kneighbors(queries, return_distance=False)
    queries = points if queries is None else queries
    distances = distances_to_rows(queries, points, indices)
    order = np.argsort(distances, axis=1, kind="stable")
    return (
        np.take_along_axis(distances, order, axis=1),
        np.take_along_axis(indices, order, axis=1),
    )


def distances_to_rows(
    x: np.ndarray, y: np.ndarray, indices: np.ndarray
) -> np.ndarray:
    """Returns the distances of each row of `x` to chosen rows of `y`.

    Args:
        x: array `(n, d)`.
        y: array `(m, d)`.
        indices: int array `(n, k)`: which rows of `y`.

    Returns:
        A float64 array `(n, k)`, computed from differences.
    """
    distances = np.empty(indices.shape)
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        for column in range(indices.shape[1]):
            difference = x[rows].astype("float64")
            difference -= y[indices[rows, column]]
            distances[rows, column] = np.linalg.norm(difference, axis=1)
    return distances


def squared_distance_blocks(
    x: np.ndarray, y: np.ndarray
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yields the squared distance of every pair of rows, block by block.

    Args:
        x: finite array `(n, d)`.
        y: finite array `(m, d)`.

    Yields:
        Tuples of a slice of `x`'s rows, a slice of `y`'s, and a float64 array
        of the squared distances between them. They are differences of larger
        numbers: see `rounding_error_bound` for how exact they are.
    """
    from sklearn.metrics.pairwise import euclidean_distances

    center = y.mean(axis=0, dtype="float64")
    for i in range(0, len(x), BLOCK):
        rows = slice(i, i + BLOCK)
        some = x[rows] - center
        for j in range(0, len(y), BLOCK):
            columns = slice(j, j + BLOCK)
            yield (
                rows,
                columns,
                euclidean_distances(some, y[columns] - center, squared=True),
            )


def rounding_error_bound(x: np.ndarray, y: np.ndarray) -> float:
    """Returns a generous bound on the error of `squared_distance_blocks`.

    Args:
        x: finite array `(n, d)`.
        y: finite array `(m, d)`.

    Returns:
        A float: 1e-11 of the largest squared distance from the mean of `y`.
    """
    center = y.mean(axis=0, dtype="float64")
    return 1e-11 * max(
        float(np.max(np.sum((part - center) ** 2, axis=1)))
        for array in (x, y)
        for part in np.array_split(array, -(-len(array) // BLOCK))
    )

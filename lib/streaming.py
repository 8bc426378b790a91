"""Examples that stay on the disk, to train, to validate and to predict; see excursion 7.

HDF5 keeps rows together, so in a file an example is a row: X (m, n_x) and Y (m,) or (m, n_y). In
memory the same bytes, seen through ``.T``, are our columns. An epoch reads the file in blocks of
neighbouring rows, the blocks in random order; a few blocks at a time are shuffled together and cut
into minibatches, while a thread reads the next few. Every example comes once an epoch.
"""

import sys

import numpy as np

from lib.checks import check_inputs, check_labels, check_weights

__all__ = ["StoredExamples", "is_stored"]

NO_THREADS = sys.platform == "emscripten"  # Python in a browser cannot start any
BUFFER = 2**23  # bytes that are read and shuffled together, twice: one buffer is used, one filled


def is_stored(X):
    """Whether ``X`` is an HDF5 data set and no array; excursion 7, "Larger than memory"."""
    return hasattr(type(X), "chunks") and hasattr(type(X), "read_direct")


class StoredExamples:
    """X and Y of an open HDF5 file, as columns for a network; excursion 7, "Larger than memory".

    X: an HDF5 data set (m, n_x); (n_x, m) is read too, more slowly. Y: a data set (m, n_y), or
    (m,) for one output; or an array (n_y, m) as in memory; or None, to predict. ``suffix`` is added
    to the names X and Y in messages. Raises TypeError or ValueError for types and shapes that do
    not fit, at once, and for values that do not, when they are read.
    """

    def __init__(self, X, Y, net, sample_weight=None, suffix=""):
        self.X, self.Y, self.net, self.w = X, Y, net, None
        self.names = f"X{suffix} on disk", f"Y{suffix} on disk"
        for name, data in zip(self.names, (X, Y), strict=True):
            if is_stored(data) and not data:
                raise ValueError(f"{name} is an HDF5 data set of a closed file; it needs it open")
            if is_stored(data) and data.dtype.kind not in "fiub":
                raise TypeError(f"{name} has dtype {data.dtype}; it needs real numbers")
        n_x = net.n_inputs
        if len(X.shape) != 2 or n_x not in X.shape or 0 in X.shape:
            needs = f"(m, {n_x}): in a file an example is a row"
            raise ValueError(f"{self.names[0]} has shape {X.shape}; it needs {needs}")
        self.x_in_rows = X.shape[1] == n_x
        self.m = X.shape[0] if self.x_in_rows else X.shape[1]
        self.y_in_rows = is_stored(Y) and self._are_rows(Y.shape)
        if Y is not None and not is_stored(Y):
            check = getattr(net.loss, "check_labels", check_labels)
            self.Y = check(Y, net.n_outputs, self.m, net.dtype, f"Y{suffix}")
        if sample_weight is not None:  # m numbers, which are read whole
            name = f"w{suffix}" if suffix else "sample_weight"
            w = sample_weight[()] if is_stored(sample_weight) else sample_weight
            self.w = check_weights(w, self.m, net.dtype, name)
        rows = X.chunks[0 if self.x_in_rows else 1] if X.chunks else 256
        self.rows = self.m
        self.block = min(rows, self.rows)
        self.n_blocks = -(-self.rows // self.block)
        if self.w is not None:
            self.m = np.count_nonzero(self.w)  # the examples that count
        self.blocks_together = max(1, BUFFER // (self.block * n_x * net.dtype.itemsize))

    def _are_rows(self, shape):
        """Whether labels of this shape on disk are rows; ValueError if they fit in no way."""
        n_y, name = self.net.n_outputs, self.names[1]
        if shape == (self.m, n_y) or (shape == (self.m,) and n_y == 1):
            return True
        if shape == (n_y, self.m):
            return False
        whole = n_y > 1 and shape in [(self.m,), (self.m, 1), (1, self.m)]
        hint = f": rows of 0 and 1, as in np.eye({n_y})[labels]" if whole else ""
        raise ValueError(f"{name} has shape {shape}; it needs ({self.m}, {n_y}){hint}")

    def in_order(self):
        """Yield (X, Y), the columns of a few blocks at a time, in the order of the file.

        With weights it yields (X, Y, w).
        """
        for start in range(0, self.n_blocks, self.blocks_together):
            rows = self._read(range(start, min(start + self.blocks_together, self.n_blocks)))
            if len(rows[0]):
                yield tuple(array.T for array in rows)

    def minibatches(self, batch_size, random_state):
        """Yield (X_batch, Y_batch) over all examples, shuffled; the last batch may be smaller."""
        from concurrent.futures import ThreadPoolExecutor  # not needed in memory

        blocks = random_state.permutation(self.n_blocks)
        groups = np.split(blocks, range(self.blocks_together, len(blocks), self.blocks_together))
        shapes = [(0, self.net.n_inputs), (0, self.net.n_outputs), (0,)]
        kept = [np.empty(shape, self.net.dtype) for shape in shapes[: 2 + (self.w is not None)]]
        with _Here() if NO_THREADS else ThreadPoolExecutor(max_workers=1) as reader:
            reading = reader.submit(self._read, groups[0])
            for following in [*groups[1:], None]:
                rows = reading.result()
                if following is not None:
                    reading = reader.submit(self._read, following)
                order = random_state.permutation(len(rows[0]))
                for start in range(-len(kept[0]), len(order), batch_size):
                    batch = order[max(start, 0) : start + batch_size]
                    found = [array.take(batch, axis=0) for array in rows]
                    if start < 0:  # begins with what the buffer before left over
                        found = [np.concatenate(parts) for parts in zip(kept, found, strict=True)]
                    if len(found[0]) < batch_size:
                        kept = found
                    else:
                        kept = [array[:0] for array in found]
                        yield tuple(array.T for array in found)
        if len(kept[0]):
            yield tuple(array.T for array in kept)

    def _read(self, blocks):
        """X and Y of these blocks in rows, checked as ``train`` checks what is in memory."""
        slices = [slice(b * self.block, min((b + 1) * self.block, self.rows)) for b in blocks]
        ends = np.cumsum([s.stop - s.start for s in slices])
        X = np.empty((ends[-1], self.net.n_inputs), self.net.dtype)
        Y = np.empty((ends[-1], self.net.n_outputs if self.Y is not None else 0), self.net.dtype)
        for s, end in zip(slices, ends, strict=True):
            here = slice(end - (s.stop - s.start), end)
            with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite
                X[here] = self.X[s] if self.x_in_rows else self.X[:, s].T
            if self.Y is not None:
                Y[here] = self.Y[s].reshape(Y[here].shape) if self.y_in_rows else self.Y[:, s].T
        try:
            check_inputs(X.T, self.net.n_inputs, self.net.dtype, self.names[0])
        except ValueError as error:  # its place among these rows is not the one in the file
            raise ValueError(self._first_not_finite(X, slices)) from error
        if is_stored(self.Y):
            check = getattr(self.net.loss, "check_labels", check_labels)
            check(Y.T, self.net.n_outputs, len(Y), self.net.dtype, self.names[1])
        if self.w is None:
            return X, Y
        w = np.concatenate([self.w[s] for s in slices])
        return (X, Y, w) if w.all() else (X[w > 0], Y[w > 0], w[w > 0])

    def _first_not_finite(self, X, slices):
        """What is wrong with X, in rows of these slices, and where in the file."""
        row, column = np.argwhere(~np.isfinite(X))[0]
        got = f"is {X[row, column]} in {X.dtype}"
        row = np.concatenate([np.arange(s.start, s.stop) for s in slices])[row]
        place = f"{row}, {column}" if self.x_in_rows else f"{column}, {row}"
        return f"{self.names[0]}[{place}] {got}; every value needs to be finite"


class _Here:
    """Stands in for the thread that reads ahead, where there are none: it reads when asked."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def submit(self, read, blocks):
        """What a thread's ``submit`` returns, with the rows there already."""
        from concurrent.futures import Future

        reading = Future()
        reading.set_result(read(blocks))
        return reading

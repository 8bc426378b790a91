"""What a number's last bit depends on: the processor, and how the libraries use it."""

import platform

import numpy as np
import threadpoolctl

try:  # not public, but NumPy's documentation of its dispatch names it, and there is no other way
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
except ImportError:
    __cpu_dispatch__, __cpu_features__ = [], {}


def levels():
    """The instruction sets beyond the baseline for which this NumPy has code, and this machine too.

    Weakest first. NumPy takes the strongest; NPY_DISABLE_CPU_FEATURES leaves some out.
    """
    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def blas():
    """The processor whose kernels OpenBLAS uses, as in "Haswell", or the library in its place."""
    np.ones((2, 2)) @ np.ones((2, 2))
    found = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    names = {pool.get("architecture", pool["internal_api"]) for pool in found}
    return ", ".join(sorted(names)) or "no BLAS that says its name"


def describe():
    """This machine in one line."""
    level = levels()[-1] if levels() else "its baseline"
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {python}, NumPy {np.__version__} with {level}, BLAS {blas()}"


if __name__ == "__main__":
    print(describe())

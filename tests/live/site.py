"""The site for the tests: as `make live` builds it, with a stand-in where h5py is not to be had."""

import io
import zipfile
from pathlib import Path

from workshop.live import build, files, wheels

HERE = Path(__file__).resolve().parent
PYFIVE = "pyfive-0.4.0-py2.py3-none-any.whl"
STOOD_IN = "h5py is stood in for by tests/live/h5py_stand_in.py: the real one is not to be had here"


def stand_in(cache=build.CACHE):
    """The wheel, (file name, bytes), of what stands in for h5py, with pyfive inside.

    Raises OSError where pyfive cannot be had.
    """
    content = {"h5py/__init__.py": (HERE / "h5py_stand_in.py").read_bytes()}
    with zipfile.ZipFile(io.BytesIO(files.pure_wheel(PYFIVE, cache))) as pyfive:
        content |= {name: pyfive.read(name) for name in pyfive.namelist() if name.endswith(".py")}
    return wheels.wheel("h5py", "0+stand.in", content)


def build_site(folder):
    """Build the site in a folder; returns the sentence about the stand-in if there is one.

    Raises BuildError, or OSError where the stand-in is wanted and cannot be had.
    """
    named = files.named_by_environment()
    return STOOD_IN if build.build(folder, named, {"h5py": stand_in}) else None

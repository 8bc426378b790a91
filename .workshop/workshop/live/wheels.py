"""Wheels of pure Python, written without a build system, and their entries in Pyodide's lock."""

import base64
import hashlib
import io
import re
import zipfile

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # one time for all files, so that equal contents give equal bytes


def wheel(project, version, files):
    """The (file name, bytes) of a wheel that installs `files`, {path: bytes}, and needs nothing.

    What it needs stands in the lock, which alone says what is loaded with it: the bounds of
    pyproject.toml are those of the stored pictures, and Pyodide's packages are older.
    """
    name = re.sub("[-_.]+", "_", project)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    tag = "Wheel-Version: 1.0\nGenerator: workshop.live\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": tag.encode()}
    record = "".join(
        f"{path},sha256={encoded(content)},{len(content)}\n" for path, content in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


def encoded(content):
    """The SHA-256 of some bytes, as a wheel's RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def lock_entry(name, content, depends=()):
    """What Pyodide's lock says about a wheel, given by its file name and bytes.

    `depends` are the packages that are loaded with it; importing one of its top-level names loads
    it.
    """
    project, version = name.split("-")[:2]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tops = {path.partition("/")[0] for path in archive.namelist() if path.endswith(".py")}
    return {
        "name": project.replace("_", "-").lower(),
        "version": version,
        "file_name": name,
        "install_dir": "site",
        "sha256": hashlib.sha256(content).hexdigest(),
        "package_type": "package",
        "imports": sorted(top.removesuffix(".py") for top in tops),
        "depends": sorted(depends),
        "unvendored_tests": False,
    }

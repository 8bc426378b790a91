"""Build the course as a website from the stored outputs: `make book`.

Nothing is run again. The site is built in a temporary folder and moved to its place when it is
complete; an error before leaves the old one as it was.
"""

import argparse
import io
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from workshop import ROOT, aside
from workshop.book import pages, reference
from workshop.execute import chapter_paths, notebook_paths
from workshop.npm_packages import CACHE, MATHJAX, MATHJAX_SCRIPT
from workshop.rules import Chapter, calls, checks, described_figures, executed, parse

HERE = Path(__file__).resolve().parent
NEEDED = ["sphinx", "myst_nb", "sphinx_book_theme", "sphinx_design"]
NO_SPHINX = "the website's packages are not installed: make .venv/.book"
INSTALL = "run `make book`, which installs it, or: python -m pip install -e '.[book]'"


class Stopped(aside.BuildError):
    """The site cannot be built: the step and what is wrong with it, and what to do."""

    command = "make book"


def absent():
    """What the website needs and is not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def check_chapters(paths):
    """Refuse chapters whose outputs are not all stored."""
    if not paths:
        raise Stopped("reading the chapters: there are none", "is this the whole checkout?")
    for path in paths:
        try:
            chapter = Chapter.read(path)
        except (OSError, ValueError) as error:
            advice = "restore the file from git"
            raise Stopped(f"reading {path.name}: {error}", advice) from error
        faults = [*executed(chapter), *silent(chapter), *described_figures(chapter)]
        if faults:
            advice = "run `make refresh`, which runs the chapters and stores their outputs"
            raise Stopped(f"reading {path.name}: {'; '.join(faults[:3])}", advice)


def silent(chapter):
    """The cells that have to show something and store nothing."""
    for cell in chapter.code:
        tree = parse(cell)
        shows = calls(tree, "claims") or checks(tree)
        if shows and not cell.node.outputs:
            yield f"{cell.name} stores no output"


def mathjax(cache):
    """MathJax's script and licence, {file name: bytes}, fetched into `cache` the first time."""
    members = {f"es5/{MATHJAX_SCRIPT}": MATHJAX_SCRIPT, "LICENSE": "LICENSE"}
    found = aside.fetched(MATHJAX, members, cache, Stopped)
    return {members[member]: content for member, content in found.items()}


def run_sphinx(source, site, scratch, repository, live):
    """Turn the pages in `source` into the website `site`; every warning counts as an error."""
    from sphinx.cmd.build import build_main

    log = scratch / "warnings.txt"
    options = ["-b", "html", "-q", "-W", "--keep-going", "-w", str(log), "-d", str(scratch / "d")]
    if repository:
        options += ["-D", f"repository={repository}"]
    if live:
        options += ["-D", f"live={live}"]
    with redirected_stderr() as said:
        failed = build_main([*options, str(source), str(site)])
    if failed:
        told = log.read_text(encoding="utf-8") if log.exists() else ""
        advice = "mend the page that it names; `make test` checks the same links and headings"
        told = told.strip() or said.getvalue().strip()
        raise Stopped(f"running Sphinx: {told}", advice)


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
        raise Stopped(f"choosing the place: {output} holds something else", advice)


def check_repository(repository):
    """Refuse what cannot be the name of a repository at GitHub."""
    if repository is not None and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        advice = "write it as OWNER/NAME, such as --repository someone/course"
        raise Stopped(f"naming the repository: {repository!r} is no name at GitHub", advice)


def build(chapters, output, cache, repository=None, live=None):
    """Build the site of the chapters in a folder at `output`, or raise Stopped and change nothing.

    `cache` is the folder where the downloaded package is kept. With the name of a `repository` at
    GitHub the chapters get buttons that open them in Binder and Colab; with the address of a `live`
    site, a link each to where they run in the browser. It is relative to the front page.
    """
    check_repository(repository)
    if absent():
        raise Stopped(f"looking for Sphinx: {', '.join(absent())} not installed", INSTALL)
    check_place(output)
    check_chapters(notebook_paths(chapters) if chapter_paths(chapters) else [])
    script = mathjax(cache)

    def write(site):
        with tempfile.TemporaryDirectory(prefix="book-") as scratch:
            source = Path(scratch, "source")
            shutil.copytree(HERE / "static", source / "_static")
            shutil.copytree(HERE / "templates", source / "_templates")
            shutil.copy(HERE / "conf.py", source)
            for name, content in script.items():
                (source / "_static" / "mathjax").mkdir(exist_ok=True)
                (source / "_static" / "mathjax" / name).write_bytes(content)
            pages.write(chapters, source)
            reference.write(source)
            run_sphinx(source, site, Path(scratch), repository, live)

    aside.build_aside(output, write)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "_book", metavar="FOLDER")
    parser.add_argument("--chapters", type=Path, default=ROOT / "chapters", metavar="FOLDER")
    parser.add_argument("--packages", type=Path, default=CACHE, metavar="FOLDER")
    parser.add_argument(
        "--repository", metavar="OWNER/NAME", help="where the course is at GitHub, for buttons"
    )
    parser.add_argument(
        "--live",
        metavar="ADDRESS",
        help="where the site of `make live` is, such as live/, seen from the book's front page",
    )
    options = parser.parse_args(arguments)
    folders = [options.chapters, options.output, options.packages]
    try:
        build(*(folder.resolve() for folder in folders), options.repository, options.live)
    except Stopped as stopped:
        sys.exit(f"{stopped}\nNo site was built, an earlier one is untouched.")
    print(f"The course is at {(options.output.resolve() / 'index.html').as_uri()}")


if __name__ == "__main__":
    main()

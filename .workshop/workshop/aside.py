"""What `make slides` and `make teacher` share: built aside, and moved into place when whole."""

import argparse
import shutil
import sys
from pathlib import Path

from workshop.execute import chapter_paths


class BuildError(Exception):
    """A step of a build failed: which, and what to do. A builder's own class names its command."""

    command = "make"

    def __init__(self, step, advice):
        super().__init__(f"{self.command} stopped at: {step}\n{advice}")


def build_aside(target, write):
    """Let `write(folder)` fill a new folder, put it in the place of `target`; what it returned.

    Whatever it raises, `target` is as it was.
    """
    aside = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        made = write(aside)
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def run(build, target, command, about, lines, arguments=None):
    """A command line: build the chapters named, or all; print `lines(built)`; 1 if it failed."""
    parser = argparse.ArgumentParser(prog=command, description=about.partition("\n")[0])
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks; all if none is named")
    options = parser.parse_args(arguments)
    try:
        built = build(options.chapters or chapter_paths(), target)
    except BuildError as error:
        print(error, file=sys.stderr)
        if target.exists():
            print(f"{target.name}/ is as it was before.", file=sys.stderr)
        return 1
    print(*lines(built), sep="\n")
    return 0

"""What all builders share: packages fetched, built aside, moved into place when whole."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from workshop import npm_packages
from workshop.execute import chapter_paths


class BuildError(Exception):
    """A failed step of a build: which step, and what to do. Subclasses name their command."""

    command = "make"

    def __init__(self, step, advice):
        super().__init__(f"{self.command} stopped at: {step}\n{advice}")


def fetched(package, members, cache=npm_packages.CACHE, error=BuildError):
    """Files of an npm package, {name: bytes}, fetched if `cache` lacks it; else raises `error`."""
    try:
        return npm_packages.unpack(npm_packages.fetch(package, cache), members)
    except OSError as fault:
        advice = (
            "It is needed once: connect to the network and run it again. Behind a proxy, or with a "
            "mirror, it needs npm, which knows of them (https://nodejs.org/)."
        )
        raise error(f"fetching {package}: {fault}", advice) from None
    except ValueError as fault:
        advice = "What came was removed; run it again, and ask who alters your downloads."
        raise error(f"fetching {package}: {fault}", advice) from None


def build_aside(target, write):
    """Let `write(folder)` fill a new folder, then replace `target` by it; returns its value.

    If `write` raises, `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    new, old = aside / "new", aside / "old"
    new.mkdir()
    try:
        made = write(new)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
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

"""Chromium: found, started without requests of its own to other hosts, and watched."""

import os
import shutil
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
NO_PLAYWRIGHT = "playwright is not installed: python -m pip install -e '.[browser]'"
NO_CHROMIUM = (
    "no Chromium was found: install it, or run `python -m playwright install chromium`, or set"
    " CHROMIUM to its path"
)
QUIET = [
    "--no-sandbox",  # root cannot have one, and CI runs as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host has an address
]


def find(own, environment=os.environ):
    """The path of a Chromium, or None: what CHROMIUM says, one on the PATH, or playwright's `own`.

    Raises ValueError if CHROMIUM names no program.
    """
    if named := environment.get("CHROMIUM"):
        if program := shutil.which(named, path=environment.get("PATH")):
            return program
        raise ValueError(f"CHROMIUM is {named!r}, which is no program")
    for name in PROGRAMS:
        if program := shutil.which(name, path=environment.get("PATH")):
            return program
    return own if Path(own).is_file() else None


def watched(page):
    """Lists that fill while the page lives: addresses it asked for, and errors in its console."""
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    return asked, errors


def left_the_disk(asked):
    """The addresses, of those asked for, that are not on this disk."""
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]

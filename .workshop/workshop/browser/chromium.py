"""Chromium: found, started without requests of its own to other hosts, and watched."""

import os
import re
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
    """Lists that fill while the page lives: addresses it asked for, and errors in its console.

    An error is its words, then the places it came from, a line each.
    """
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(logged(said)))
    return asked, errors


def logged(said):
    """An error of the console like one of the page: its words, and the place that logged it."""
    return f"{said.text}\n    at {said.location['url']}:{said.location['lineNumber']}"


def ours(errors):
    """The errors that a page had part in, not an application's own scripts alone.

    JupyterLab's scripts complain about themselves, of panels closed while they were drawn, say,
    and differently in each run. Nothing of the course is such a script: what it brings stands in
    pages and in outputs. An error that names no place is a promise that a script gave up.
    """
    places = [re.findall(r"\b(?:https?|file):[^\s)]+", error) for error in errors]
    return [
        error
        for error, addresses in zip(errors, places, strict=True)
        if not all(re.search(r"\.js\b", address) for address in addresses)
    ]


def left_the_disk(asked):
    """The addresses, of those asked for, that are not on this disk."""
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]

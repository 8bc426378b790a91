"""Run chapters again and store what came out: `python -m workshop.refresh [chapter ...]`.

On one machine the same notebook gives the same bytes, so a difference is always news. With
`--check` nothing is written, and a difference makes the exit code 1.
"""

import argparse
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from workshop import cover, markdown
from workshop.execute import execute, notebook_paths
from workshop.outputs import without_software
from workshop.rules import CELL_METADATA, NOTEBOOK_METADATA, readable_id


def refreshed(path):
    """The bytes of the notebook at `path` after a run."""
    notebook = normalize(execute(path))
    nbformat.validate(notebook)
    return (nbformat.v4.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def normalize(notebook):
    """Remove from an executed notebook what depends on the machine, the editor or the date."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # the first version with ids
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    taken = set()
    for cell in notebook.cells:
        for key in cell.metadata.keys() - CELL_METADATA:
            del cell.metadata[key]
        if cell.get("id") in taken or not readable_id(cell.get("id", "")):
            cell.id = free_id(cell, taken)
        taken.add(cell.id)
        if cell.cell_type == "code":
            normalize_outputs(cell)
    return notebook


def normalize_outputs(cell):
    """Store each PNG in one form; an empty cell, which no run reaches, has no outputs."""
    if not cell.source.strip():
        cell.outputs, cell.execution_count = [], None
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = without_software(output.data["image/png"])


def free_id(cell, taken):
    """An id from the cell's heading or first words that no other cell has."""
    titles = [text for _, text in markdown.headings(cell.source)]
    text = titles[0] if cell.cell_type == "markdown" and titles else cell.source
    words = "-".join(re.findall("[a-z0-9]+", text.lower())[:6])[:40].strip("-")
    words = words if readable_id(words) else f"cell-{words}".strip("-")
    candidate, number = words, 1
    while candidate in taken:
        number += 1
        candidate = f"{words}-{number}"
    return candidate


def write(path, content):
    """Replace a file at once: a run that is interrupted leaves the old file or the new one."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def main(arguments=None):
    """Refresh the chapters named, or all and the cover; 1 if one failed or, checking, differs."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__.partition(":")[0])
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks; all if none is named")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(arguments)

    failed = False
    for path in options.chapters or notebook_paths():
        start = time.perf_counter()
        try:
            content = refreshed(path)
        except (CellExecutionError, TimeoutError) as error:
            print(f"{path.stem}: stopped, file left as it was\n{error}", file=sys.stderr)
            failed = True
            continue
        changed = content != path.read_bytes()
        failed |= changed and options.check
        if changed and not options.check:
            write(path, content)
        seconds = time.perf_counter() - start
        print(f"{path.stem:<32} {seconds:5.1f} s  {'changed' if changed else 'unchanged'}")
    if not options.chapters and not options.check and not failed:
        cover.refresh()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

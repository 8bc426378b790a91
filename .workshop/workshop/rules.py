"""The rules that every stored chapter has to keep, checked without running it.

A rule is a function of a `Chapter` that returns sentences, each naming a cell and what is wrong
with it; no sentence means no fault. `RULES` holds them all by name.
"""

import ast
import base64
import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import nbformat

from lib.plots.several import SCRIPT
from workshop import library, markdown, measure
from workshop.execute import EXCURSIONS, chapter_paths, load, notebook_paths
from workshop.outputs import EMBEDDED, chunks, names_software
from workshop.strict_nbval import unexplained_markers

CONTENTS = "README.md"  # the page all chapters link back to, beside them

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags", "reason", "slideshow", "mystnb", "jupyter"}

SHORTEST_DESCRIPTION = 40  # characters
WITHOUT_NUMBERS = frozenset()  # "01_logistic_regression#cell-id" of figures that show no quantity

LONGEST_CELL = 30  # lines
LONGEST_LINE = 100  # characters
LONGEST_OUTPUT = 40  # lines
LARGEST_NOTEBOOK = 2_000_000  # bytes

CLOSING_SECTIONS = ["What goes wrong", "Exercises", "Summary"]
FEWEST = {"predictions": 3, "exercises": 4, "claims": 4}
# An excursion answers one question.
FEWEST_ON_EXCURSIONS = {"predictions": 1, "exercises": 0, "claims": 1}

# The most for one sitting: of a chapter up to its exercises, of an excursion in all.
MOST_WORDS = 3000
MOST_CODE_LINES = 320
FIGURES = range(8, 13)
EXCURSION_MINUTES = range(10, 26)


class Cell(NamedTuple):
    """A cell and how a sentence names it."""

    name: str
    node: nbformat.NotebookNode

    @property
    def tags(self):
        """The cell's tags, a list of strings."""
        return self.node.metadata.get("tags", [])


@dataclass(frozen=True)
class Chapter:
    """A notebook, the file it is stored in, and the package it may import."""

    path: Path
    notebook: nbformat.NotebookNode
    library: str = "lib"

    @classmethod
    def read(cls, path, library="lib"):
        """The chapter stored at `path`."""
        return cls(Path(path), load(path), library)

    @property
    def number(self):
        """3 for `03_deep_network.ipynb`."""
        return int(self.path.name[:2])

    @property
    def is_excursion(self):
        """Whether this is an optional notebook beside the ordered path."""
        return self.path.resolve().parent.name == EXCURSIONS

    @property
    def cells(self):
        """All cells, named."""
        nodes = enumerate(self.notebook.cells)
        return [Cell(f"cell {i} ({node.get('id', 'no id')})", node) for i, node in nodes]

    @property
    def code(self):
        """The code cells that hold something."""
        cells = self.cells
        return [c for c in cells if c.node.cell_type == "code" and c.node.source.strip()]

    @property
    def markdown(self):
        """The Markdown cells."""
        return [c for c in self.cells if c.node.cell_type == "markdown"]

    @property
    def headings(self):
        """(cell, level, text) of every heading."""
        pairs = ((cell, markdown.headings(cell.node.source)) for cell in self.markdown)
        return [(cell, level, text) for cell, found in pairs for level, text in found]

    @property
    def outputs(self):
        """(cell, output) of every stored output."""
        return [(cell, output) for cell in self.code for output in cell.node.outputs]


RULES = {}


def rule(generator):
    """Register a generator of sentences as the rule of its name, a function returning a list."""

    @functools.wraps(generator)
    def function(chapter):
        return list(generator(chapter))

    RULES[generator.__name__] = function
    return function


# --- What was run, and what came out ------------------------------------------------------------


@rule
def executed(chapter):
    """Every code cell was executed, in order, once, in one session."""
    for due, (name, node) in enumerate(chapter.code, start=1):
        if node.execution_count is None:
            yield f"{name} was never executed"
        elif node.execution_count != due:
            yield f"{name} has execution count {node.execution_count} where {due} is due"
        for output in node.outputs:
            if output.get("execution_count", node.execution_count) != node.execution_count:
                yield f"{name} shows a result of another execution, {output.execution_count}"


@rule
def explained_markers(chapter):
    """A cell that nbval is to ignore, skip or let raise says why, in its metadata."""
    for name, node in chapter.code:
        if markers := unexplained_markers(node):
            yield f"{name} has {', '.join(markers)} without a reason in its metadata"


@rule
def errors(chapter):
    """Nothing on stderr; an error where one was announced, and nowhere else."""
    for cell in chapter.code:
        kinds = [output.output_type for output in cell.node.outputs]
        expected = "raises-exception" in cell.tags
        if any(output.get("name") == "stderr" for output in cell.node.outputs):
            yield f"{cell.name} wrote to stderr"
        if "error" in kinds and not expected:
            yield f"{cell.name} stores an error and is not tagged raises-exception"
        if expected and "error" not in kinds:
            yield f"{cell.name} is tagged raises-exception and stores no error"


FORBIDDEN_TEXT = {
    "a warning": r"\b\w*Warning\b",
    "an absolute path": (
        r"(?<![\w.:/<])/(?:home|Users|root|tmp|var|usr|opt|mnt|work)/|(?<![\w.])~/"
        r"|\b[A-Za-z]:\\\w|\bipykernel_\d+"
    ),
    "an object's address": r"\b0x[0-9a-fA-F]{6,}",
    "the repr of a bare figure": r"<Figure size",
    "a script": r"<script\b|\bjavascript:",
    "what is left of a progress bar": r"\r(?!\n)|\d+%\|| (?:it/s|s/it)\b",
}


@rule
def clean_outputs(chapter):
    """No output holds anything that differs elsewhere, or that a page cannot show."""
    for cell, output in chapter.outputs:
        for kind, text in texts(output):
            for what, pattern in FORBIDDEN_TEXT.items():
                if found := re.search(pattern, text):
                    yield f"{cell.name} has {what} in its {kind}: {found[0]!r}"
            if "\x1b[" in text and kind != "traceback":
                yield f"{cell.name} has terminal control codes in its {kind}"
        for kind in output.get("data", {}):
            if "javascript" in kind or "widget" in kind:
                yield f"{cell.name} has an output of type {kind}"


def texts(output):
    """(kind, text) of everything textual in an output."""
    if output.output_type == "stream":
        return [(output.name, output.text)]
    if output.output_type == "error":
        return [("error", output.evalue), ("traceback", "\n".join(output.traceback))]
    return [(kind, written(text)) for kind, text in output.data.items() if is_text(kind, text)]


def written(html):
    """HTML without its embedded pictures and without the slider's script, which is known."""
    return EMBEDDED.sub("", html).replace(f"<script>{SCRIPT}</script>", "")


def is_text(kind, value):
    """Whether a MIME type's value is text rather than an encoded picture or a dictionary."""
    return isinstance(value, str) and (kind.startswith("text/") or "xml" in kind)


# --- The file ------------------------------------------------------------------------------------


@rule
def stable_metadata(chapter):
    """The metadata say nothing about who ran the notebook, when, or with which version."""
    if chapter.notebook.metadata != NOTEBOOK_METADATA:
        yield f"the notebook's metadata are not {NOTEBOOK_METADATA}"
    for name, node in chapter.cells:
        if extra := sorted(node.metadata.keys() - CELL_METADATA):
            yield f"{name} has metadata {', '.join(extra)}"


@rule
def stable_ids(chapter):
    """Every cell has an id of its own, made of words, so that a diff can name it."""
    counts = Counter(node.get("id") for _, node in chapter.cells)
    for name, node in chapter.cells:
        if "id" not in node:
            yield f"{name} has no id"
        elif not readable_id(node.id):
            yield f"{name} has an id that is not made of words in lower case"
        elif counts[node.id] > 1:
            yield f"{name} shares its id with another cell"


def readable_id(text):
    """Whether an id is lower-case words joined by hyphens, and not eight random digits."""
    words = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) and len(text) <= 64
    return bool(words and not re.match(r"[0-9a-f]{8}(-|$)", text))


@rule
def stable_pictures(chapter):
    """No stored PNG names the version of the program that drew it."""
    for cell, output in chapter.outputs:
        png = base64.b64decode(output.get("data", {}).get("image/png", ""))
        if any(names_software(chunk) for chunk in chunks(png)):
            yield f"{cell.name} has a PNG with a Software chunk"


@rule
def sizes(chapter):
    """Cells, lines, outputs and the file itself are short enough to read."""
    size = len(nbformat.v4.writes(chapter.notebook).encode())
    if size > LARGEST_NOTEBOOK:
        yield f"the notebook has {size} bytes, more than {LARGEST_NOTEBOOK}"
    for name, node in chapter.code:
        lines = node.source.splitlines()
        if len(lines) > LONGEST_CELL:
            yield f"{name} has {len(lines)} lines, more than {LONGEST_CELL}"
        if (longest := max(map(len, lines))) > LONGEST_LINE:
            yield f"{name} has a line of {longest} characters, more than {LONGEST_LINE}"
        printed = sum(len(output.text.splitlines()) for output in node.outputs if "text" in output)
        if printed > LONGEST_OUTPUT:
            yield f"{name} prints {printed} lines, more than {LONGEST_OUTPUT}"


# --- Figures, headings, links --------------------------------------------------------------------


@rule
def described_figures(chapter):
    """Every figure says in words and numbers what it shows."""
    for cell, output in chapter.outputs:
        data = output.get("data", {})
        for picture in re.findall(r"<img\b[^>]*", data.get("text/html", "")):
            if not re.search(r'\balt="[^"]*\d[^"]*\."', picture):
                yield f"{cell.name} has a picture in its HTML without a description: {picture[:60]}"
        if not any(kind.startswith("image/") for kind in data):
            continue
        text = data.get("text/plain", "")
        place = f"{chapter.path.stem}#{cell.node.get('id')}"
        if not text:
            yield f"{cell.name} shows a figure without a description"
        elif len(text) < SHORTEST_DESCRIPTION:
            yield f"{cell.name} describes its figure in {len(text)} characters only: {text!r}"
        elif not text.endswith("."):
            yield f"{cell.name} has a description that does not end with a full stop"
        elif not re.search(r"\d", text) and place not in WITHOUT_NUMBERS:
            yield f"{cell.name} describes its figure without a number"


@rule
def images(chapter):
    """Every image in Markdown has alternative text and lies in a file of its own."""
    for name, node in chapter.markdown:
        for text, target in markdown.images(node.source):
            if not text.strip():
                yield f"{name} has an image without alternative text: {target}"
        if node.get("attachments"):
            yield f"{name} has attachments, which only notebooks can show"


@rule
def headings(chapter):
    """One title, in the first cell; no level left out; no heading twice."""
    found = chapter.headings
    titles = [cell for cell, level, _ in found if level == 1]
    if not found or found[0][1] != 1 or found[0][0].node is not chapter.notebook.cells[0]:
        yield f"{chapter.cells[0].name} does not begin with the chapter's title"
    for cell in titles[1:]:
        yield f"{cell.name} holds a second title"
    for (_, before, _), (cell, level, text) in itertools.pairwise(found):
        if level > before + 1:
            yield f"{cell.name} jumps from level {before} to {level} at {text!r}"
    counts = Counter(text for _, _, text in found)
    for text in (text for text, count in counts.items() if count > 1):
        yield f"{[c.name for c, _, t in found if t == text][1]} repeats the heading {text!r}"
    for name, node in chapter.markdown:
        if any(re.fullmatch("h[1-6]", tag) for tag, _ in markdown.tags(node.source)):
            yield f"{name} has a heading in HTML, which no table of contents finds"


@rule
def links(chapter):
    """Every relative link and image leads to a file that exists, and to a heading in it."""
    for name, node in chapter.markdown:
        pictures = markdown.images(node.source)
        for _, target in itertools.chain(markdown.links(node.source), pictures):
            if not re.match(r"[a-z]+:", target) and (fault := broken(chapter, unquote(target))):
                yield f"{name} links to {target!r}: {fault}"


def broken(chapter, target):
    """What is wrong with a relative link, or None."""
    file, _, fragment = target.partition("#")
    path = chapter.path.parent / file
    if not target or file.startswith("/"):
        return "not a relative address"
    if file and not path.exists():
        return "no such file"
    if not fragment:
        return None
    if not file or path.suffix == ".ipynb":
        linked = Chapter.read(path) if file else chapter
        known = {markdown.anchor(text) for _, _, text in linked.headings}
    else:
        found = markdown.headings(path.read_text(encoding="utf-8"))
        known = {markdown.file_anchor(text) for _, text in found}
    return None if fragment in known else "no such heading"


@rule
def navigation(chapter):
    """The first and the last text link to the neighbours and to the contents.

    A chapter's neighbours are those before and after it; an excursion's is its chapter, which has
    to link to it.
    """
    due = due_on_excursion(chapter) if chapter.is_excursion else due_in_chapter(chapter)
    for name, node in (chapter.cells[0], chapter.markdown[-1]):
        for word, target in due.items():
            found = [t for text, t in markdown.links(node.source) if re.match(word, letters(text))]
            if target and not found:
                yield f"{name} has no link [{word}] to {target}"
            elif found and set(found) != {target}:
                where = f"not to {target}" if target else "which leads nowhere"
                yield f"{name} has a link [{word}] to {found[0]}, {where}"


def due_in_chapter(chapter):
    """{first word of a link: where a chapter's link has to lead}."""
    names = [path.name for path in chapter_paths(chapter.path.parent)]
    here = names.index(chapter.path.name)
    return {
        "previous": names[here - 1] if here else None,
        "contents": CONTENTS,
        "next": names[here + 1] if here + 1 < len(names) else None,
    }


def due_on_excursion(chapter):
    """{first word of a link: where an excursion's link has to lead}."""
    home = home_of(chapter)
    return {"back": home and f"../{home.name}", "contents": f"../{CONTENTS}"}


def home_of(chapter):
    """The path of the chapter that an excursion branches off from, or None."""
    paths = chapter_paths(chapter.path.resolve().parents[1])
    return next((p for p in paths if p.name[:2] == chapter.path.name[:2]), None)


@rule
def branches(chapter):
    """An excursion is linked from the chapter whose number it has."""
    if chapter.is_excursion:
        home, name = home_of(chapter), f"{EXCURSIONS}/{chapter.path.name}"
        if home is None:
            yield f"there is no chapter {chapter.number} to branch off from"
        elif not any(
            unquote(target).partition("#")[0] == name
            for cell in Chapter.read(home).markdown
            for _, target in markdown.links(cell.node.source)
        ):
            yield f"{home.name} does not link to {name}"


def letters(text):
    """Link text in lower case, from its first letter on: arrows may come before it."""
    return re.sub(r"^[^a-z]*", "", text.lower())


# --- The library ---------------------------------------------------------------------------------


@rule
def names(chapter):
    """A chapter uses only names of the library that it or an earlier chapter introduces."""
    modules = {}  # what the notebook calls a module -> the module's name
    for cell in chapter.code:
        tree = parse(cell)
        if tree is None:
            yield f"{cell.name} is not Python, apart from magics"
            continue
        used = [
            *library.imported(tree, chapter.library, modules),
            *library.attributes(tree, modules),
        ]
        for module, name in dict.fromkeys(used):
            if fault := library.misplaced(module, name, chapter.number, chapter.is_excursion):
                yield f"{cell.name} uses {module}.{name}, {fault}"


def parse(cell):
    """The syntax tree of a code cell without IPython's magics, or None."""
    lines = cell.node.source.splitlines()
    try:
        return ast.parse("\n".join("" if line.startswith(("%", "!")) else line for line in lines))
    except SyntaxError:
        return None


def library_pointers(package, folder):
    """The rule of the library: what a chapter derives points at it, and at a heading in it.

    `package` is the library's name and `folder` that of the chapters; chapters that are absent are
    not checked. What only supports the course may name a chapter, and need not. Returns sentences
    as the rules of chapters do.
    """
    titles = {}
    for chapter in map(Chapter.read, notebook_paths(folder)):
        known = titles.setdefault((chapter.number, chapter.is_excursion), set())
        known.update(text for _, _, text in chapter.headings)
    faults = []
    for module in library.modules_of(package):
        public = getattr(module, "__all__", None)
        if public is None and any(library.is_own(module, name) for name in vars(module)):
            faults.append(f"{module.__name__} defines public names and has no __all__")
        for name in public or []:
            thing = getattr(module, name, None)
            if thing is None:
                faults.append(f"{module.__name__} has {name} in __all__ and nowhere else")
            elif callable(thing):
                where = library.pointer(thing)
                if where is None:
                    if library.carries_an_idea(thing):
                        faults.append(f"{module.__name__}.{name} has a docstring without a chapter")
                    continue
                number, heading, in_excursion = where
                if heading not in titles.get((number, in_excursion), {heading}):
                    kind = "an excursion of chapter" if in_excursion else "chapter"
                    faults.append(
                        f"{module.__name__}.{name} is to be introduced in {kind} {number}, "
                        f"which has no heading {heading!r}"
                    )
    return faults


# --- The anatomy of a chapter --------------------------------------------------------------------


@rule
def predictions(chapter):
    """Before its experiments the chapter asks for predictions, with answers that unfold."""
    pattern = r"<details>\s*<summary>(?:(?!</summary>).)*\bPredict"
    count = sum(len(re.findall(pattern, cell.node.source)) for cell in chapter.markdown)
    if count < (least := fewest(chapter, "predictions")):
        yield f"the chapter asks for {count} predictions, fewer than {least}"


def fewest(chapter, what):
    """How many predictions, exercises or claims a notebook needs."""
    return (FEWEST_ON_EXCURSIONS if chapter.is_excursion else FEWEST)[what]


@rule
def baseline(chapter):
    """Every chapter but the one on notation compares itself with logistic regression."""
    wanted = {"LogisticRegression", "LogisticRegressionCV"}
    found = {
        alias.name
        for cell in chapter.code
        for node in ast.walk(parse(cell) or ast.Module([], []))
        if isinstance(node, ast.ImportFrom) and node.module == "sklearn.linear_model"
        for alias in node.names
    }
    if chapter.number and not chapter.is_excursion and not wanted & found:
        yield "no cell imports scikit-learn's LogisticRegression, the baseline"


@rule
def sections(chapter):
    """A chapter closes with the same three sections, an excursion with the last of them."""
    found = [unnumbered(text) for _, _, text in chapter.headings]
    places = [found.index(title) for title in CLOSING_SECTIONS if title in found]
    for title in CLOSING_SECTIONS[-1:] if chapter.is_excursion else CLOSING_SECTIONS:
        if title not in found:
            yield f"the chapter has no section {title!r}"
    if places != sorted(places):
        yield f"the closing sections are not in the order {', '.join(CLOSING_SECTIONS)}"


def unnumbered(heading):
    """A heading without a number before it: `3.4 · Exercises` is `Exercises`."""
    return re.sub(r"^[\d.]+\s*[·:]?\s*", "", heading)


def calls(tree, function):
    """The calls of a function in a syntax tree, by how the function is written."""
    nodes = ast.walk(tree) if tree else ()
    return [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == function]


@rule
def exercises(chapter):
    """Enough exercises, and before each check the stub of what it checks."""
    count = 0
    stub = None
    for cell in chapter.code:
        tree = parse(cell)
        for call in checks(tree):
            count += 1
            name = ast.unparse(call.args[0]) if call.args else "nothing"
            if not defines(stub, name):
                yield f"{cell.name} checks {name}, which the code cell before does not define"
            elif not any(isinstance(n, ast.Constant) and n.value is ... for n in ast.walk(stub)):
                yield f"{cell.name} checks {name}, which is no stub: no '...' is left to fill in"
        stub = tree
    if count < (least := fewest(chapter, "exercises")):
        yield f"the chapter checks {count} exercises, fewer than {least}"


def checks(tree):
    """The calls that check an exercise, as in `ch02.forward_pass.check(forward_pass)`."""
    nodes = ast.walk(tree) if tree else ()
    found = [n for n in nodes if isinstance(n, ast.Call)]
    return [n for n in found if re.fullmatch(r"ch\d\d\.\w+\.check", ast.unparse(n.func))]


def defines(tree, name):
    """Whether a cell's own statements define or assign a name."""
    for statement in tree.body if tree else ():
        targets = getattr(statement, "targets", [])
        assigned = [part for target in targets for part in ast.walk(target)]
        if name in (getattr(statement, "name", None), *map(ast.unparse, assigned)):
            return True
    return False


@rule
def claims(chapter):
    """What the notebook says is asserted in its last cell, which is folded."""
    last = chapter.cells[-1]
    made = [call for cell in chapter.code for call in calls(parse(cell), "claims")]
    if "claims" not in last.tags or not calls(parse(last), "claims"):
        yield f"{last.name} is the last, and not the cell of claims, tagged 'claims'"
        return
    if len(made) > 1:
        yield f"the notebook calls claims {len(made)} times; one cell at the end holds them all"
    listed = made[-1].args[0] if made[-1].args else None
    count = len(listed.elts) if isinstance(listed, ast.List) else 0
    if count < (least := fewest(chapter, "claims")):
        yield f"{last.name} makes {count} claims, fewer than {least}"
    if not last.node.metadata.get("jupyter", {}).get("source_hidden"):
        yield f"{last.name} is not folded: its metadata need jupyter.source_hidden"
    if "hide-input" not in last.tags:
        yield f"{last.name} is not folded in the book: it needs the tag 'hide-input'"


# --- One sitting ---------------------------------------------------------------------------------


@rule
def one_sitting(chapter):
    """A chapter, or an excursion, is no longer than one sitting allows."""
    cells = measure.before_exercises(chapter)
    if chapter.is_excursion:
        if (needed := measure.minutes(cells)) not in EXCURSION_MINUTES:
            low, high = EXCURSION_MINUTES[0], EXCURSION_MINUTES[-1]
            yield f"the excursion takes {needed} minutes; it needs to take {low} to {high}"
        return
    for count, most, what in [
        (measure.words(cells), MOST_WORDS, "words"),
        (measure.code_lines(cells), MOST_CODE_LINES, "lines of code"),
    ]:
        if count > most:
            yield f"the chapter has {count} {what} before its exercises, more than {most}"
    if (count := measure.figures(chapter.cells)) not in FIGURES:
        yield f"the chapter has {count} figures; it needs {FIGURES[0]} to {FIGURES[-1]}"


@rule
def honest_time(chapter):
    """The time that the first cell states is what its reader will need."""
    needed = measure.minutes(measure.before_exercises(chapter))
    if (said := measure.stated(chapter)) is None:
        yield f"{chapter.cells[0].name} states no time, as in '**Time**: {needed} minutes'"
    elif said != needed:
        yield f"{chapter.cells[0].name} states {said} minutes; the reader needs {needed}"


# --- Cells in any order --------------------------------------------------------------------------


@rule
def one_meaning(chapter):
    """A name of the notebook is bound in one cell only, so that cells may be run in any order.

    A loop's own variable may serve in other loops, and is not read in a cell without its loop. A
    name that begins with an underscore is a throwaway.
    """
    owners, loops = {}, {}
    imports = {}  # name: the line that imports it, which may stand in several cells
    for cell in chapter.code:
        bound, looped = bindings(parse(cell))
        imported = imports_of(parse(cell))
        for name in sorted(bound):
            same = imports.setdefault(name, imported.get(name)) == imported.get(name) is not None
            if same and name in owners:
                continue
            if name in owners:
                yield f"{cell.name} binds {name} anew, which {owners[name]} binds"
            elif name in loops:
                yield f"{cell.name} binds {name} anew, the variable of a loop in {loops[name]}"
            else:
                owners[name] = cell.name
        for name in sorted(looped - bound):
            if name in owners:
                yield f"{cell.name} loops over {name}, which {owners[name]} binds"
            loops.setdefault(name, cell.name)
    for cell in chapter.code:
        bound, looped = bindings(parse(cell))
        for name in sorted((loops.keys() & reads(parse(cell))) - bound - looped):
            yield f"{cell.name} reads {name}, the variable of a loop in {loops[name]}"


def imports_of(tree):
    """{name: where an import at the top level of a cell takes it from}."""
    found = {}
    for node in tree.body if tree else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found[name] = (getattr(node, "module", None), alias.name)
    return found


def bindings(tree):
    """(names a cell binds at its top level, those that are only variables of its loops)."""
    bound, looped = set(), set()

    def targets(node):
        return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id[0] != "_"}

    def visit(statements):
        for node in statements:
            match node:
                case ast.FunctionDef() | ast.ClassDef():
                    bound.add(node.name)
                case ast.Import() | ast.ImportFrom():
                    names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
                    bound.update(names)
                case ast.Assign():
                    for target in node.targets:
                        plain = not isinstance(target, (ast.Subscript, ast.Attribute))
                        bound.update(targets(target) if plain else ())
                case ast.AnnAssign() | ast.AugAssign() if isinstance(node.target, ast.Name):
                    bound.add(node.target.id)
                case ast.For():
                    looped.update(targets(node.target))
                case ast.With():
                    for item in node.items:
                        bound.update(targets(item.optional_vars) if item.optional_vars else ())
            for part in ("body", "orelse", "finalbody"):
                if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    visit(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                visit(handler.body)

    visit(tree.body if tree else [])
    bound = {name for name in bound if name[0] != "_"}
    return bound, looped - bound


def reads(tree):
    """Names that a cell looks up at its top level: not inside functions or comprehensions."""
    found = set()

    def visit(node):
        inside = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp)
        if isinstance(node, (*inside, ast.DictComp, ast.GeneratorExp)):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        for child in ast.iter_child_nodes(node):
            visit(child)

    for statement in tree.body if tree else []:
        visit(statement)
    return found


# --- The prose -----------------------------------------------------------------------------------

BANNED = {
    "a phrase that says nothing": (
        r"in this section,? we will|it is important to note|as we can see|let['’]s dive in"
        r"|\bsimply\b|\bjust\b|\bobviously\b"
    ),
    "an exclamation mark": r"!",
    "an emoji": r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\uFE0F]",
}


@rule
def banned_phrases(chapter):
    """The prose has none of the phrases that the course avoids."""
    for name, node in chapter.markdown:
        text = " ".join(markdown.prose(node.source).split())
        for what, pattern in BANNED.items():
            for found in re.finditer(pattern, text, re.IGNORECASE):
                near = text[max(0, found.start() - 25) : found.end() + 25]
                yield f"{name} has {what}, {found[0]!r}, in: {near!r}"


# British spelling with the -ize of Oxford, which is also that of the field's own terms.
SPELLING = [
    (r"\w*color\w*", "colour"),
    (r"\w*behavior\w*", "behaviour"),
    (r"\w*neighbor\w*", "neighbour"),
    (r"\w*favor\w*", "favour"),
    (r"\w*flavor\w*", "flavour"),
    (r"honor\w*", "honour"),
    (r"labor|vapor|rigor|humor", "-our"),
    (r"center(?:s|ed|ing)?", "centre"),
    (r"fibers?|liters?|theaters?", "-re"),
    (r"gray\w*", "grey"),
    (r"\w*(?:analyz|catalyz|paralyz)\w*", "-yse"),
    (r"\w*(?:label|model|signal|travel|cancel|total)(?:ed|ing)", "-lled, -lling"),
    (r"fulfills?", "fulfil"),
    (r"defense|offense", "-ence"),
    (r"skeptic\w*", "sceptic"),
    (
        r"\w*(?:normal|initial|regular|vector|optim|general|standard|minim|maxim|recogn|summar"
        r"|organ|visual|penal|real|special|random|local|central|util|emphas|memor|parametr)"
        r"is(?:e|es|ed|er|ers|ing|ation|ations|able)",
        "-ize",
    ),
]


@rule
def spelling(chapter):
    """One spelling throughout: colour, centre, labelled, normalize."""
    for name, node in chapter.markdown:
        text = markdown.prose(node.source)
        for pattern, preferred in SPELLING:
            for found in re.findall(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
                yield f"{name} spells {found!r}; the course writes {preferred}"

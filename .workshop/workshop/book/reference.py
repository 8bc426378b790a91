"""The reference of the library, which Sphinx's autodoc makes from its docstrings.

Written by hand is what autodoc has no setting for: docstrings are no reStructuredText, and what
they say of chapters leads to those sections, `chapter 5, "Dropout"` to that very heading.
"""

import ast
import functools
import inspect
import re
from collections import defaultdict
from pathlib import Path

from workshop import library
from workshop.execute import notebook_paths
from workshop.rules import Chapter, defines, parse

PACKAGE = "lib"
PLACE = re.compile(r'(([Cc]hapter|[Ee]xcursion) (\d+))((?:(?:,| and|, and) "[^"]+")*)')
CODE = re.compile(r"(`{1,2})(.+?)\1")
SUPPORT = 99  # where a module stands that no chapter goes with


@functools.cache
def modules():
    """{name: module} of the package and all its modules with a page."""
    return {module.__name__: module for module in library.modules_of(PACKAGE)}


@functools.cache
def entries():
    """{full name: what it is} of all public names, each in the module that defines it."""
    trees = {name: ast.parse(inspect.getsource(module)) for name, module in modules().items()}
    return {
        f"{name}.{public}": getattr(module, public)
        for name, module in modules().items()
        for public in getattr(module, "__all__", [])
        if defines(trees[name], public)
    }


def find(module, name):
    """The full name of what a module calls `name`, or None if it has no entry."""
    thing = getattr(modules().get(module), name, None)
    same = (full for full, it in entries().items() if it is thing and full.endswith(f".{name}"))
    return next(same, None)


def names_used(chapter):
    """{name as the chapter writes it: its full name}."""
    aliases, found = {}, {}
    for cell in chapter.code:
        tree = parse(cell)
        for module, name in library.imported(tree, chapter.library, aliases):
            found[name] = find(module, name)
        for module, name in library.attributes(tree, aliases):
            found[f"{module.rpartition('.')[2]}.{name}"] = find(module, name)
    return {name: full for name, full in found.items() if full}  # exercises have no entry


def link(text, full):
    """A name in code, leading to its entry, in Markdown and in reStructuredText."""
    return f"{{py:obj}}`{text} <{full}>`", f":py:obj:`{text} <{full}>`"


def page(file):
    """The page of a file or folder of the package, relative to the site, or None.

    The exercises of the chapters have no page, for it would show their solutions: they lead to
    that of the engine.
    """
    name = ".".join(part for part in file.with_suffix("").parts if part != "__init__")
    name = name.rpartition(".")[0] if library.exercise_chapter(name) else name
    return page_of(name) if name in modules() else None


def page_of(module):
    parts = module.split(".")
    return Path(*parts, "index.md") if len(parts) == 1 else Path(*parts).with_suffix(".md")


# --- Pages ----------------------------------------------------------------------------------------


def write(source):
    """Write the pages that autodoc fills: one a module, and the list of all modules."""
    for name, module in modules().items():
        path = source / page_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = index() if name == PACKAGE else module_page(name, module)
        path.write_text(body, encoding="utf-8")


def automodule(name, *options):
    return "\n".join(["```{eval-rst}", f".. automodule:: {name}", *options, "```", ""])


def defined_in(name):
    """The names of a module's entries."""
    return [public for module, _, public in map(parted, entries()) if module == name]


def parted(full):
    return full.rpartition(".")


def module_page(name, module):
    """The docstring and the entries, in the order of the file and not in that of __all__."""
    own = defined_in(name)
    options = [f"   :members: {', '.join(own)}", "   :ignore-module-all:"] if own else []
    listed = [find(name, public) for public in getattr(module, "__all__", []) if public not in own]
    listed = ", ".join(link(parted(full)[2], full)[0] for full in listed if full)
    end = f"\nAlso imported from here: {listed}.\n" if listed else ""
    return f"# {name}\n\n{automodule(name, *options)}{end}"


def index():
    """The page of the package: the modules in the order of the chapters, then their support."""
    names = sorted(modules().keys() - {PACKAGE}, key=order)
    ideas = [name for name in names if library.carries_an_idea(modules()[name])]
    tables = table("Ideas", ideas) + table("Support", [n for n in names if n not in ideas])
    toctree = [":::{toctree}", ":hidden:", "", *(f"/{page_of(name)}" for name in names), ":::"]
    return "\n".join(["# The library", "", automodule(PACKAGE), *tables, *toctree, ""])


def table(title, names):
    """Modules in lines of Markdown, each with its names."""
    lines = [f"## {title}", "", "| module | what it is | names |", "|---|---|---|"]
    for name in names:
        own = ", ".join(link(public, f"{name}.{public}")[0] for public in defined_in(name))
        lines.append(f"| [{name}](/{page_of(name)}) | {summary(modules()[name])} | {own} |")
    return [*lines, ""]


def order(name):
    """The chapter that a module goes with, submodules after their package."""
    family = ".".join(name.split(".")[:2])
    found = re.search(r"chapters? (\d+)", inspect.getdoc(modules()[family]) or "")
    return int(found[1]) if found else SUPPORT, family, name


def summary(module):
    """The first sentence of a module's docstring."""
    return re.split(r"(?<=\.)\s", (inspect.getdoc(module) or "").replace("``", "`"))[0]


# --- Docstrings -----------------------------------------------------------------------------------


class Docstrings:
    """Turns docstrings into reStructuredText, for Sphinx's event autodoc-process-docstring.

    Indented blocks are shown as they are, arguments with indented continuation lines as a list. A
    name of the library in code becomes a link, and so does a chapter or a heading of one. In
    everything else no character is markup.
    """

    def __init__(self, app):
        self.places = defaultdict(list)  # {("chapter", 5): [(its page, its headings), ...]}
        self.used_in = defaultdict(list)  # {full name: [numbers of chapters]}
        for path in notebook_paths(Path(app.srcdir, "chapters")):
            chapter = Chapter.read(path)
            place = path.relative_to(app.srcdir).with_suffix("").as_posix()
            headings = {text for _, _, text in chapter.headings}
            kind = "excursion" if chapter.is_excursion else "chapter"
            self.places[kind, chapter.number].append((place, headings))
            for full in set(names_used(chapter).values()) if kind == "chapter" else ():
                self.used_in[full].append(chapter.number)

    def process(self, app, what, name, thing, options, lines):
        """What Sphinx calls; it changes `lines`."""
        module = name if what == "module" else getattr(thing, "__module__", None) or PACKAGE
        blocks = re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))
        blocks = [self.block(block, module) for block in blocks]
        if numbers := self.used_in[name]:
            links = ", ".join(self.section("chapter", n, str(n)) for n in numbers)
            blocks.append(f"Used in chapter{'s' * (len(numbers) > 1)} {links}.")
        lines[:] = "\n\n".join(blocks).splitlines()

    def block(self, block, module):
        lines = block.splitlines()
        indented = [line.startswith("    ") for line in lines]
        if all(indented):
            return "\n".join([".. code-block:: text", "", *lines])
        if lines[0].startswith(">>> "):
            return block
        if lines[0].startswith("- ") or any(indented):  # a list, or arguments one below another
            items = re.split(r"^(?:- |(?=\S))", block, flags=re.MULTILINE)
            return "\n".join(f"- {self.inline(item, module)}" for item in items if item)
        return self.inline(block, module)

    def inline(self, text, module):
        """A paragraph or an item of a list."""
        text = " ".join(text.split())
        done, place = [], 0
        found = [*CODE.finditer(text), *PLACE.finditer(text)]
        for match in sorted(found, key=re.Match.start):
            done.append(escaped(text[place : match.start()]))
            done.append(self.code(match[2], module) if match.re is CODE else self.place(match))
            place = match.end()
        return "".join([*done, escaped(text[place:])])

    def code(self, text, module):
        name = text.partition("(")[0].removeprefix("plots.")
        own = [thing for full, thing in entries().items() if parted(full)[0] == module]
        is_method = any(hasattr(thing, name) for thing in own if inspect.isclass(thing))
        scopes = [module] if is_method else [module, parted(module)[0], PACKAGE]
        full = next(filter(None, (find(scope, name) for scope in scopes)), None)
        return f"{link(text, full)[1]}\\ " if full else f"``{text}``\\ "

    def place(self, match):
        """`chapter 8, "A" and "B"`, with links to it and to those of the headings that exist."""
        said, kind, number = match[1], match[2].lower(), int(match[3])
        parts = re.split(r'"([^"]+)"', match[4])
        linked = [self.section(kind, number, said, *parts[1:2])]
        for words, heading in zip(parts[::2], [*parts[1::2], None], strict=True):
            linked.append(words)
            if heading:
                linked.append(self.section(kind, number, f"“{heading}”", heading, exact=True))
        return "".join(linked)

    def section(self, kind, number, text, heading=None, exact=False):
        """A link to a chapter, or with `exact` to a heading in it; the text where there is none.

        An excursion shares its number with others: it is the one that has the heading.
        """
        pages = self.places[kind, number]
        having = [page for page, headings in pages if heading in headings]
        if exact and having:
            return f":ref:`{text} <{having[0]}:{heading}>`\\ "
        if not exact and (having or len(pages) == 1):
            return f":doc:`{text} </{(having or [pages[0][0]])[0]}>`\\ "
        return escaped(text)


def escaped(text):
    """Text in which no character means anything to reStructuredText."""
    return re.sub(r"([\\`*_|])", r"\\\1", text)


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("builder-inited", prepare)
    app.connect("autodoc-skip-member", of_others)


def of_others(app, what, name, thing, skip, options):
    """Leave out methods that scikit-learn adds to an estimator."""
    ours = (getattr(thing, "__module__", None) or PACKAGE).split(".")[0] == PACKAGE
    return None if ours or what != "class" else True


def prepare(app):
    app.connect("autodoc-process-docstring", Docstrings(app).process)

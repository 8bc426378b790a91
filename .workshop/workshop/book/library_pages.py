"""The reference of the library, made from its docstrings: one page a module, one entry a name.

What a docstring says of chapters becomes links, `chapter 5, "Dropout"` to that very section.
Sphinx's autodoc takes docstrings for reStructuredText, which cannot name a heading of a notebook.
"""

import ast
import inspect
import pprint
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from workshop import library, markdown
from workshop.rules import defines

CHAPTER = re.compile(r'([Cc]hapter (\d+))((?:(?:,| and|, and) "[^"]+")*)')
CODE = re.compile(r"(`{1,2})(.+?)\1")
LAST = 99  # where a module stands that no chapter goes with


@dataclass(frozen=True)
class Entry:
    """A public name of the library."""

    module: str  # which defines it
    name: str
    thing: object = field(compare=False)

    @property
    def kind(self):
        """class, function or constant."""
        if inspect.isclass(self.thing):
            return "class"
        return "function" if callable(self.thing) else "constant"

    @property
    def label(self):
        """Its anchor: unique in the site in lower case too, for there are Sigmoid and sigmoid."""
        return f"{self.module.replace('.', '-').replace('_', '-')}-{self.kind}-{self.name}".lower()

    @property
    def signature(self):
        """How it is called: `train(net, X, Y, …)`."""
        if self.kind == "constant":
            return self.name
        prefix = "class " if self.kind == "class" else ""
        if self.kind == "class" and issubclass(self.thing, Exception):
            return f"{prefix}{self.name}"
        return f"{prefix}{self.name}{parameters(self.thing)}"


def parameters(thing):
    """The parameters of a callable, defaults by their names where they have one."""
    written = []
    signature = inspect.signature(thing)
    for parameter in signature.parameters.values():
        default = parameter.default
        if hasattr(default, "__name__") and default is not parameter.empty:
            default = Written(default.__name__)
        empty = inspect.Parameter.empty
        written.append(parameter.replace(annotation=empty, default=default))
    return str(signature.replace(parameters=written, return_annotation=signature.empty))


class Written(str):
    """A name, written without quotation marks."""

    __repr__ = str.__str__


class Reference:
    """All public names of a package and where its docstrings send the reader.

    `chapters` is {number: (file name, set of headings)}.
    """

    def __init__(self, package, chapters):
        self.package, self.chapters = package, chapters
        self.modules = {module.__name__: module for module in library.modules_of(package)}
        self.trees = {name: tree_of(module) for name, module in self.modules.items()}
        self.used_in = defaultdict(set)
        self.entries = [
            Entry(name, public, getattr(module, public))
            for name, module in self.modules.items()
            for public in getattr(module, "__all__", [])
            if defines(self.trees[name], public)
        ]

    def find(self, module, name):
        """The entry of what a module calls `name`, or None if it has none."""
        thing = getattr(self.modules.get(module), name, None)
        same = (e for e in self.entries if e.thing is thing and e.name == name)
        return next(same, None)

    def note_use(self, entry, number):
        """Remember that a chapter uses an entry."""
        self.used_in[entry].add(number)

    def page(self, file):
        """The page of a file or folder of the package, relative to the site, or None.

        The exercises of the chapters have no page, for it would show their solutions: they lead to
        that of the engine.
        """
        parts = [part for part in file.with_suffix("").parts if part != "__init__"]
        name = ".".join(parts)
        if library.exercise_chapter(name):
            name = name.rpartition(".")[0]
        return self.page_of(name) if name in self.modules else None

    def page_of(self, module):
        """The page of a module, relative to the site."""
        parts = module.split(".")
        return Path(*parts, "index.md") if len(parts) == 1 else Path(*parts).with_suffix(".md")

    def listed(self, entries, number):
        """Entries as Markdown: what a chapter introduces, and what it takes from others."""
        first = {entry for entry in entries if (library.pointer(entry.thing) or [0])[0] == number}
        parts = [("Introduced here", first), ("Used here", entries - first)]
        return "\n\n".join(
            f"{title}: " + ", ".join(map(self.linked, sorted(part, key=by_name))) + "."
            for title, part in parts
            if part
        )

    def linked(self, entry):
        """The name of an entry, leading to it."""
        name = entry.name
        if entry.module.startswith(f"{self.package}.plots"):
            name = f"plots.{name}"
        return f"[`{name}`](#{entry.label})"

    # --- Pages ------------------------------------------------------------------------------

    def write(self, folder):
        """Write one page a module into `folder`, and index.md."""
        for name, module in self.modules.items():
            page = folder.parent / self.page_of(name)
            page.parent.mkdir(parents=True, exist_ok=True)
            body = self.index() if name == self.package else self.module_page(name, module)
            page.write_text(body, encoding="utf-8")

    def index(self):
        """The page of the package: its modules in the order of the chapters."""
        names = sorted(set(self.modules) - {self.package}, key=self.order)
        rows = [
            f"| [{name}](<{relative(self.page_of(name))}>) "
            f"| {self.summary(self.modules[name])} "
            f"| {', '.join(self.linked(e) for e in self.entries if e.module == name)} |"
            for name in names
        ]
        toctree = [relative(self.page_of(name)).removesuffix(".md") for name in names]
        doc = self.prose(inspect.getdoc(self.modules[self.package]), self.package)
        table = ["| module | what it is | names |", "|---|---|---|", *rows]
        toctree = [":::{toctree}", ":hidden:", "", *toctree, ":::"]
        return "\n".join(["# The library", "", doc, "", *table, "", *toctree, ""])

    def order(self, name):
        """The chapter that a module goes with, submodules after their package."""
        family = ".".join(name.split(".")[:2])
        found = re.search(r"chapters? (\d+)", inspect.getdoc(self.modules[family]) or "")
        return int(found[1]) if found else LAST, family, name

    def summary(self, module):
        """The first sentence of a module's docstring."""
        doc = (inspect.getdoc(module) or "").partition("\n\n")[0]
        return self.inline(re.split(r"(?<=\.)\s", doc)[0], module.__name__)

    def module_page(self, name, module):
        """The docstring, the entries in the order of the file, and the source to unfold."""
        parts = [f"# {escaped(name)}", self.prose(inspect.getdoc(module), name)]
        own = [entry for entry in self.entries if entry.module == name]
        own.sort(key=lambda entry: line_of(self.trees[name], entry.name))
        parts += [self.entry(entry) for entry in own]
        here = {entry.name for entry in own}
        elsewhere = [self.find(name, n) for n in getattr(module, "__all__", []) if n not in here]
        if elsewhere:
            listed = ", ".join(map(self.linked, elsewhere))
            parts.append(f"## Also imported from here\n\n{listed}")
        source = inspect.getsource(module).rstrip()
        parts.append(f"## Source\n\n::::{{dropdown}} The whole module\n\n{fenced(source)}\n::::")
        return "\n\n".join(parts) + "\n"

    def entry(self, entry):
        """One name: how it is called, its docstring, its methods, the chapters that use it."""
        parts = [f"({entry.label})=\n## {escaped(entry.name)}", fenced(entry.signature)]
        if entry.kind == "constant":
            parts = [parts[0], fenced(f"{entry.name} = {pprint.pformat(entry.thing, width=88)}")]
        else:
            parts.append(self.prose(own_doc(entry.thing), entry.module))
        if entry.kind == "class":
            parts += [self.method(entry, name, method) for name, method in methods(entry.thing)]
        if numbers := sorted(self.used_in[entry]):
            links = ", ".join(self.chapter_link(str(n), n) for n in numbers)
            parts.append(f"Used in chapter{'s' * (len(numbers) > 1)} {links}.")
        return "\n\n".join(part for part in parts if part)

    def method(self, entry, name, method):
        """A documented method, as an item of a list of definitions."""
        called = name if isinstance(method, property) else name + parameters(method)
        called = called.replace("(self, ", "(").replace("(self)", "()")
        text = self.prose(inspect.getdoc(method), entry.module)
        return f"`{called}`\n: " + text.replace("\n", "\n  ")

    # --- Text -------------------------------------------------------------------------------

    def prose(self, doc, module):
        """A docstring as Markdown."""
        blocks = []
        for block in re.split(r"\n\s*\n", doc or ""):
            lines = block.splitlines()
            if all(line.startswith("    ") for line in lines):
                blocks.append(fenced(inspect.cleandoc("\n" + block), "text"))
            elif lines and lines[0].startswith("- "):
                items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
                blocks.append("\n".join(f"- {self.inline(item, module)}" for item in items))
            else:
                blocks.append(self.inline(block, module))
        return "\n\n".join(blocks)

    def inline(self, text, module):
        """A paragraph as Markdown: code spans, links to sections and entries, all else as it is."""
        text = " ".join(text.split())
        done, place = [], 0
        for found in sorted(
            [*CODE.finditer(text), *CHAPTER.finditer(text)], key=lambda match: match.start()
        ):
            done.append(escaped(text[place : found.start()]))
            done.append(self.code(found[2], module) if found.re is CODE else self.section(found))
            place = found.end()
        return "".join([*done, escaped(text[place:])])

    def code(self, text, module):
        """A code span, leading to the entry it names."""
        name = text.partition("(")[0].removeprefix("plots.")
        entry = self.find(module, name) or self.find(self.package, name)
        return f"[`{text}`](#{entry.label})" if entry else f"`{text}`"

    def section(self, found):
        """`chapter 8, "A" and "B"` with links to the chapter's sections that exist."""
        chapter, number, headings = found[1], int(found[2]), found[3]
        parts = re.split(r'"([^"]+)"', headings)
        written = [chapter]
        for words, heading in zip(parts[::2], [*parts[1::2], None], strict=True):
            written.append(words)
            if heading is not None:
                written.append(self.chapter_link(f"“{heading}”", number, heading))
        written[0] = self.chapter_link(chapter, number)
        return "".join(written)

    def chapter_link(self, text, number, heading=None):
        """A link to a chapter or its section; the text alone where there is none."""
        name, known = self.chapters.get(number, (None, ()))
        if name is None or (heading is not None and heading not in known):
            return escaped(text)
        fragment = f"#{markdown.anchor(heading)}" if heading else ""
        return f"[{escaped(text)}](</chapters/{name}{fragment}>)"


def by_name(entry):
    return entry.name.casefold(), entry.name  # there are Sigmoid and sigmoid


def relative(page):
    """A page of the package as seen from the package's index."""
    return Path(*page.parts[1:]).as_posix()


def tree_of(module):
    return ast.parse(inspect.getsource(module))


def line_of(tree, name):
    """The line where a module defines a name."""
    return next(node.lineno for node in tree.body if defines(ast.Module([node], []), name))


def own_doc(thing):
    """The docstring of a class or function itself, not that of what it inherits from."""
    return inspect.cleandoc(thing.__doc__ or "")


def methods(thing):
    """(name, method) of the public methods and properties that a class itself documents."""
    for name, method in vars(thing).items():
        described = inspect.isfunction(method) or isinstance(method, property)
        if described and not name.startswith("_") and method.__doc__:
            yield name, method


def escaped(text):
    """Text in which no character means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#$|~^%!&\"'])", r"\\\1", text)


def fenced(text, language="python"):
    return f"```{language}\n{text}\n```"

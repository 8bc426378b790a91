"""The library as the rules see it: which names a chapter uses, and where each is introduced."""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re


def imported(tree, library, modules):
    """(module, name) of all names imported from the library; modules are noted in `modules`."""
    used = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == library:
                    modules[alias.asname or library] = alias.name if alias.asname else library
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").partition(".")[0] != library:
                continue
            for alias in node.names:
                if is_module(path := f"{node.module}.{alias.name}"):
                    modules[alias.asname or alias.name] = path
                else:
                    used.append((node.module, alias.name))
    return used


def attributes(tree, modules):
    """(module, name) of all names reached through a module, as in `plots.curve` or `lib.x.y`."""
    used = []
    for node in ast.walk(tree):
        chain = []
        while isinstance(node, ast.Attribute):
            chain.insert(0, node.attr)
            node = node.value
        if not chain or not isinstance(node, ast.Name) or node.id not in modules:
            continue
        module = modules[node.id]
        while chain and is_module(f"{module}.{chain[0]}"):
            module = f"{module}.{chain.pop(0)}"
        if chain:
            used.append((module, chain[0]))
    return used


def is_module(name):
    """Whether a dotted name is a module that can be imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def misplaced(module, name, number, on_excursion=False):
    """Why the chapter of this number, or an excursion from it, may not use a name; or None."""
    if name == "*":
        return "which hides where names come from"
    try:
        thing = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return "which does not exist"
    first, in_excursion = exercise_chapter(module), False
    if first is None and callable(thing):  # a constant has no docstring
        if (found := pointer(thing)) is None:
            return "whose docstring names no chapter" if carries_an_idea(thing) else None
        first, _, in_excursion = found
    if in_excursion and not on_excursion:
        return f"introduced in an excursion of chapter {first}, which the ordered path never needs"
    if first is not None and first > number:
        return f"introduced in chapter {first}"
    return None


def exercise_chapter(module):
    """7 for `lib.exercises.ch07`, None for other modules."""
    found = re.search(r"\.exercises\.ch(\d+)$", module)
    return int(found[1]) if found else None


def pointer(thing):
    """Where the docstring says that a name is introduced, or None.

    (chapter, heading, whether in an excursion from that chapter).
    """
    doc = " ".join((thing.__doc__ or "").split())  # its own docstring, not that of a base class
    found = re.search(r'\b([Cc]hapter|[Ee]xcursion) (\d+), "([^"]+)"', doc)
    return (int(found[2]), found[3], found[1].lower() == "excursion") if found else None


def carries_an_idea(thing):
    """Whether a chapter derives this: then the docstring of its module says which.

    The others support the course: checks, files, figures. They explain themselves, and need not
    name a chapter.
    """
    module = thing if inspect.ismodule(thing) else inspect.getmodule(thing)
    said = (module and module.__doc__) or ""
    return bool(re.search(r"\b[Rr]ead (?:this module|it) with\s+chapter", said))


def modules_of(package):
    """The package and all its modules, except the exercises, whose names tell their chapter."""
    package = importlib.import_module(package)
    yield package
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if exercise_chapter(info.name) is None:
            yield importlib.import_module(info.name)


def is_own(module, name):
    """Whether a module defines a public function or class itself."""
    thing = vars(module)[name]
    own = getattr(thing, "__module__", None) == module.__name__
    return own and not name.startswith("_") and (inspect.isclass(thing) or inspect.isroutine(thing))

"""The source of a solution: shown to a reader, edited into a mistake, with all that it needs."""

import ast
import difflib
import inspect
import sys
import textwrap

__all__ = ["changed_lines", "edited", "names_in", "needs", "source_of"]


def source_of(function):
    """The source of a function or class, moved to the left margin and without its docstring.

    For the words of the course see
    """
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    first = ast.parse("".join(lines)).body[0].body[0]
    if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
        del lines[first.lineno - 1 : first.end_lineno]
        while lines[first.lineno - 1 :] and not lines[first.lineno - 1].strip():
            del lines[first.lineno - 1]
    return "".join(lines)


def edited(function, edits):
    """(function, its source) after ``edits``, one pair ("old", "new") or several of them.

    Raises ValueError if an "old" does not stand in the source exactly once.
    """
    source = source_of(function)
    for old, new in [edits] if isinstance(edits[0], str) else edits:
        if source.count(old) != 1 or old == new:
            raise ValueError(
                f"the edit {old!r} has to stand once in {function.__name__} and to change it;"
                f" it stands there {source.count(old)} times:\n{source}"
            )
        source = source.replace(old, new)
    space = dict(vars(sys.modules[function.__module__]))
    exec(compile(source, f"<{function.__name__}, edited>", "exec"), space)
    return space[function.__name__], source


def changed_lines(old, new):
    """The lines in which two sources differ, "-" before the old ones and "+" before the new."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def needs(function):
    """The source, or the import, of every global name that ``function`` uses, but for ``np``.

    A list of texts to stand before it.
    """
    found, own = {}, vars(sys.modules[function.__module__])
    for name in dict.fromkeys(name for code in _codes(function) for name in names_in(code)):
        thing = own.get(name)
        if thing is None or inspect.ismodule(thing) or thing is function:
            continue
        if getattr(thing, "__module__", None) == function.__module__ and not _is_exercise(thing):
            found |= dict.fromkeys([*needs(thing), inspect.getsource(thing) + "\n"])
        elif hasattr(thing, "__module__") and not _is_exercise(thing):
            found[f"from {thing.__module__} import {name}\n"] = None
    return list(found)


def _is_exercise(thing):
    return hasattr(thing, "verdict")


def _codes(thing):
    """The compiled code of a function, or of every method of a class."""
    methods = vars(thing).values() if inspect.isclass(thing) else [thing]
    return [method.__code__ for method in methods if inspect.isfunction(method)]


def names_in(code):
    """The names that compiled code looks up, those in nested functions and generators included."""
    nested = [part for part in code.co_consts if inspect.iscode(part)]
    return [*code.co_names, *(name for part in nested for name in names_in(part))]

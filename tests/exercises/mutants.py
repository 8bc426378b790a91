"""Wrong answers to every exercise, made of its own solution by one edit at a time.

    python -m tests.exercises.mutants [ch02 …]     the table of what the checks say to them
    python -m tests.exercises.mutants ch02 -v      and every mutant that is accepted or told nothing
    python -m tests.exercises.mutants ch02 --again every cause that other random inputs do not show

An edit turns an operator or a comparison, drops a term or a factor, moves a constant by one, drops
an axis or keepdims, exchanges two functions, arguments or results. The tests fail if an answer made
so is accepted and is not on the list in ``equal.py``, with the reason why it is no mistake.
"""

import ast
import contextlib
import copy
import importlib
import io
import re
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.exercises import Exercise
from lib.exercises.source import changed_lines, source_of
from tests.exercises.equal import EQUAL

ROOT = Path(__file__).resolve().parents[2]
STEPS = 20_000  # of a while loop, after which a mutant is stopped
KINDS = ("accepted, on the list", "accepted", "known", "observed", "in part", "plain", "raised")

OPERATORS = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.FloorDiv,), ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
}  # fmt: skip
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
NAMES = {
    "maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "sum": "mean",
    "mean": "sum", "argmax": "argmin", "argmin": "argmax", "zeros": "ones", "ones": "zeros",
    "exp": "log", "log": "exp", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor",
    "var": "std", "std": "var", "sqrt": "square", "abs": "sign", "sign": "abs",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "tanh": "sin", "log1p": "log",
    "cumsum": "cumprod", "cumprod": "cumsum", "vstack": "hstack", "hstack": "vstack",
}  # fmt: skip
SYMMETRIC = {"maximum", "minimum", "max", "min", "dot", "isclose", "allclose", "array_equal"}
DROPPED_CALLS = {"sqrt", "abs", "int", "tanh", "exp", "log", "copy", "sign", "round",
                 "astype", "floor", "ceil", "sigmoid", "_sigmoid", "maximum", "sorted"}  # fmt: skip


@dataclass
class Mutant:
    """One edit: its kind, the source that it gives, and the line that differs."""

    kind: str
    source: str
    line: str


def edits(node):
    """(kind, node to stand in its place) for one node of a syntax tree."""
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield "operator", ast.BinOp(node.left, other(), node.right)
        yield "right part dropped", node.left
        yield "left part dropped", node.right
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            yield "parts turned", ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp):
        yield "sign or not dropped", node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield "comparison", ast.Compare(node.left, [other()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "and, or", ast.BoolOp(other, node.values)
        for k in range(len(node.values)):
            rest = node.values[:k] + node.values[k + 1 :]
            yield "condition dropped", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for change in (1, -1):
            yield "constant", ast.Constant(node.value + change)
    elif isinstance(node, ast.keyword) and type(getattr(node.value, "value", None)) is bool:
        if node.arg != "strict":  # of zip, which only guards
            yield "constant", ast.keyword(node.arg, ast.Constant(not node.value.value))
    elif isinstance(node, ast.IfExp):
        yield "branches turned", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose dropped", node.value
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield "function", ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield "function", ast.Name(NAMES[node.id], node.ctx)
    elif isinstance(node, ast.Call):
        yield from call_edits(node)
    elif isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                dropped = copy.copy(node)
                setattr(dropped, part, None)
                yield "end of a slice dropped", dropped
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for k in range(len(node.elts) - 1):
            turned = list(node.elts)
            turned[k], turned[k + 1] = turned[k + 1], turned[k]
            yield "order", ast.Tuple(turned, node.ctx)


def call_edits(node):
    """The edits of a call: a keyword dropped, two arguments turned, the call left out."""
    for k, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims", "ddof", "out", "where", "dtype"):
            rest = node.keywords[:k] + node.keywords[k + 1 :]
            yield f"{keyword.arg} dropped", ast.Call(node.func, node.args, rest)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if (
        len(node.args) > 1
        and name not in SYMMETRIC
        and not any(isinstance(a, ast.Starred) for a in node.args)
    ):
        for k in range(len(node.args) - 1):
            turned = list(node.args)
            turned[k], turned[k + 1] = turned[k + 1], turned[k]
            yield "arguments turned", ast.Call(node.func, turned, node.keywords)
    if name in DROPPED_CALLS:
        method = isinstance(node.func, ast.Attribute) and not (
            isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
        )
        if method or node.args:
            yield "call dropped", node.func.value if method else node.args[0]
    if name == "where" and len(node.args) == 3:
        for k in (1, 2):
            yield "branch alone", node.args[k]


def statement_edits(node):
    """(kind, statements to stand in its place) for one statement."""
    if isinstance(node, ast.AugAssign):
        for other in OPERATORS.get(type(node.op), ()):
            yield "operator", [ast.AugAssign(node.target, other(), node.value)]
        yield "statement dropped", [ast.Pass()]
    elif isinstance(node, ast.If):
        yield "condition left out", node.body
        if node.orelse:
            yield "condition left out", node.orelse
        else:
            yield "statement dropped", [ast.Pass()]
    elif isinstance(node, (ast.Break, ast.Continue, ast.Expr)):
        yield "statement dropped", [ast.Pass()]
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, (ast.Subscript, ast.Attribute)):
            yield "statement dropped", [ast.Pass()]
        elif len(node.targets) == 1 and isinstance(target, ast.Name):
            names = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            if target.id in names:  # a second step: x = f(x)
                yield "statement dropped", [ast.Pass()]
    elif isinstance(node, ast.Return) and len(getattr(node.value, "elts", ())) == 2:
        yield "result dropped", [ast.Return(node.value.elts[0])]


def mutants(function):
    """All Mutants of a function, each source once."""
    source = source_of(function)
    tree = ast.parse(source)
    plain = ast.unparse(tree)
    found = {}
    for path, node in walked(tree.body[0], ("body", 0)):
        for kind, new in [*edits(node), *statement_edits(node)]:
            changed = replaced(tree, path, new)
            try:
                text = ast.unparse(ast.fix_missing_locations(changed))
            except (ValueError, TypeError):
                continue
            if text != plain and text not in found:
                lines = changed_lines(plain, text).splitlines()
                line = " | ".join(x[1:].strip() for x in lines if x.startswith("+")) or "(dropped)"
                was = " | ".join(x[1:].strip() for x in lines if x.startswith("-"))
                line = line if line != "(dropped)" else f"dropped: {was}"
                found[text] = Mutant(kind, text, line)
    return list(found.values())


def walked(node, path):
    """(path, node) of every node below a function's head: its default values stay as they are."""
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in ("args", "decorator_list") and isinstance(node, (ast.FunctionDef, ast.Lambda)):
            continue
        if isinstance(value, ast.AST):
            yield from walked(value, (*path, name))
        elif isinstance(value, list):
            for k, part in enumerate(value):
                if isinstance(part, ast.AST):
                    yield from walked(part, (*path, name, k))


def replaced(tree, path, new):
    """A copy of a tree with another node, or a list of statements, at a path."""
    tree = copy.deepcopy(tree)
    place = tree
    for step in path[:-1]:
        place = place[step] if isinstance(step, int) else getattr(place, step)
    new = copy.deepcopy(new)
    if isinstance(new, list):
        place[path[-1] : path[-1] + 1] = new
    elif isinstance(path[-1], int):
        place[path[-1]] = new
    else:
        setattr(place, path[-1], new)
    return tree


class TooLong(Exception):
    """A mutant whose while loop does not end."""


class Ticking(ast.NodeTransformer):
    """Counts the steps of every while loop."""

    def visit_While(self, node):
        self.generic_visit(node)
        node.body.insert(0, ast.parse("_tick()").body[0])
        return node


def compiled(mutant, function):
    """The function that a mutant's source defines."""
    steps = iter(range(STEPS))

    def tick():
        if next(steps, None) is None:
            raise TooLong(f"a while loop of more than {STEPS} steps")

    tree = ast.fix_missing_locations(Ticking().visit(ast.parse(mutant.source)))
    space = dict(vars(sys.modules[function.__module__]), _tick=tick)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 1 is 1, of a literal
        exec(compile(tree, "<mutant>", "exec"), space)
    return space[function.__name__]


def judged(exercise):
    """(mutant, kind of answer, verdict) of every mutant of an exercise's solution."""
    for mutant in mutants(exercise.answer):
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = exercise.verdict(compiled(mutant, exercise.answer))
        kind = verdict.kind
        if verdict.state in ("correct", "not attempted"):
            reasons = EQUAL.get(exercise.id, {})
            listed = mutant.line in reasons or mutant.kind in reasons
            kind = "accepted, on the list" if listed else "accepted"
        yield mutant, kind, verdict


def elsewhere(exercise):
    """The exercise with other random inputs, in the ordinary cases and in the corners."""

    def other(draw):
        return lambda random: draw(np.random.RandomState(random.randint(10**9)))

    moved = copy.copy(exercise)
    for name in ("_cases", "_expected", "_mistaken"):
        vars(moved).pop(name, None)
    moved.inputs = other(exercise.inputs)
    moved.corners = {
        name: other(corner) if callable(corner) else corner
        for name, corner in exercise.corners.items()
    }
    return moved


def cause(verdict):
    """The sentences of a verdict that give a cause, without the numbers of its own case."""
    lines = verdict.message.splitlines()
    if verdict.kind != "known":
        ends = r"This was case|It was called|[^:]*: expected|It needs to return"
        first = next((k for k, line in enumerate(lines) if re.match(ends, line)), len(lines))
        lines = [line for line in lines[:first] if " only in a special case" not in line]
    return [
        re.sub(r" \([^()]*(\([^()]*\)[^()]*)*in one case\)|: \(.*is wanted", "", x) for x in lines
    ]


def not_confirmed(exercise):
    """(mutant, cause, what is said on other inputs) of every cause that other inputs do not show.

    Most are true of the inputs and chance, such as a cost that is negative in places.
    """
    moved = elsewhere(exercise)
    for mutant, kind, verdict in judged(exercise):
        if kind in ("known", "observed"):
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                other = moved.verdict(compiled(mutant, exercise.answer))
            if cause(other) != cause(verdict):
                yield mutant, cause(verdict), cause(other)


def exercises(chapter):
    """The exercises of a chapter, as in "ch02"."""
    module = importlib.import_module(f"lib.exercises.{chapter}")
    return [thing for thing in vars(module).values() if isinstance(thing, Exercise)]


def row(name, counts):
    """A line of the table, with the share of wrong answers that are told a cause."""
    wrong = sum(counts[kind] for kind in KINDS[1:])
    told = counts["known"] + counts["observed"]
    share = f"{100 * told / wrong:4.0f} %" if wrong else "     –"
    return f"{name:<10}{sum(counts.values()):>6}" + "".join(
        f"{counts[kind]:>{max(len(kind), 5) + 2}}" for kind in KINDS
    ) + f"  {share}"  # fmt: skip


def main(arguments):
    """Print the table; 1 if a mutant is accepted that is not on the list."""
    verbose = "-v" in arguments
    chapters = [a for a in arguments if not a.startswith("-")] or sorted(
        path.stem for path in (ROOT / "lib/exercises").glob("ch*.py")
    )
    if "--again" in arguments:
        drawn = [e for chapter in chapters for e in exercises(chapter) if e.inputs]
        for exercise in drawn:
            for mutant, one, other in not_confirmed(exercise):
                print(f"{exercise.id}  {mutant.line}\n    {one}\n    {other}", flush=True)
        return 0
    total, started = Counter(), time.time()
    heads = "".join(f"{kind:>{max(len(kind), 5) + 2}}" for kind in KINDS)
    print(f"{'':<10}{'all':>6}{heads}  cause")
    for chapter in chapters:
        sums = Counter()
        for exercise in exercises(chapter):
            counts, lines = Counter(), []
            for mutant, kind, verdict in judged(exercise):
                counts[kind] += 1
                if (verbose and kind in ("accepted", "plain", "in part")) or (
                    len(chapters) < 3 and kind == "accepted"
                ):  # fmt: skip
                    said = "" if kind == "accepted" else verdict.message.splitlines()[0]
                    lines.append(f"    {kind}: {mutant.line}   [{mutant.kind}] {said}")
            sums += counts
            print(row(exercise.id, counts), *lines, sep="\n", flush=True)
        total += sums
        print(row(chapter, sums), flush=True)
    print(row("all", total), f"in {time.time() - started:.0f} s")
    return int(total["accepted"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

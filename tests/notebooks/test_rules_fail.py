"""Every rule catches what it is for: a good chapter passes, and each mutation of it is named."""

import copy
import itertools
from pathlib import Path

import pytest
from nbformat.v4 import new_output

from lib import plots
from lib.plots.several import SCRIPT
from tests.notebooks.fixtures import (
    code,
    find,
    notebook,
    number_cells,
    picture,
    printed,
    shown,
    store,
    text,
)
from workshop.execute import chapter_paths, excursion_paths, notebook_paths
from workshop.rules import (
    RULES,
    Chapter,
    clean_outputs,
    described_figures,
    library_pointers,
)

NAVIGATION = "[← previous](00_before.ipynb) · [Contents](README.md) · [next: more](02_after.ipynb)"

LIBRARY = {
    "__init__.py": "",
    "layers.py": '''\
"""Layers. Read this module with chapter 1."""
__all__ = ["Dense", "LIMIT"]
LIMIT = 3

class Dense:
    """Derived in chapter 1,
    "The problem"."""
''',
    "plots.py": '''\
"""Figures. Read this module with chapter 0."""
__all__ = ["aside", "cost_curve", "late"]

def cost_curve(costs):
    """A curve. Chapter 0, "Shapes", shows one; chapter 5, "Late", another."""

def late():
    """Chapter 2, "Late"."""

def aside():
    """Excursion 1, "A test"."""

def secret():
    """No pointer, and not public."""
''',
    "exercises/__init__.py": "",
    "exercises/ch01.py": "double = first = second = third = None",
    "exercises/ch02.py": "later = None",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Chapters 0 to 2, of which the tests mutate the one in the middle, and their library."""
    root = tmp_path_factory.mktemp("course")
    write_library(root / "good_library", LIBRARY)
    chapters = root / "chapters"
    chapters.mkdir()
    (chapters / "README.md").write_text("# The course\n\n## How it's read\n")
    (chapters / "cat.png").write_bytes(b"")
    store(notebook(text("title", "# Before\n\n## Shapes")), chapters / "00_before.ipynb")
    store(notebook(text("title", "# After\n\n## Late")), chapters / "02_after.ipynb")
    store(good(), chapters / "01_good.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield chapters


BASE = '__all__ = ["B"]\nclass A:\n    """Chapter 0, "Shapes"."""\n'


def write_library(place, modules):
    """A package from the sources of its modules."""
    for name, source in modules.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


def good():
    """A chapter that obeys every rule, as short as the rules let it be."""
    predict = "<details><summary><b>Predict</b> · How much?</summary>\n\nHalf.\n</details>\n"
    description = "Training cost against step: it falls from 0.693 to 0.141."
    division = new_output(
        "error",
        ename="ZeroDivisionError",
        evalue="division by zero",
        traceback=["\x1b[31mZeroDivisionError\x1b[39m: division by zero", "Cell In[4], line 1"],
    )
    drills = (
        [
            text(f"exercise-{name}", f"### Exercise {name}"),
            code(f"stub-{name}", f'def {name}(x):\n    """Returns 2 x."""\n    ...'),
            code(
                f"check-{name}",
                f"from good_library.exercises import ch01\n\nch01.{name}.check({name})",
                printed("Not attempted yet.\n"),
            ),
        ]
        for name in ("double", "first", "second", "third")
    )
    return notebook(
        text(
            "title",
            f"# 1 · A small chapter\n\n{NAVIGATION}\n\nA promise, $n!$ of them. "
            "**Time**: 5 minutes, exercises apart.",
        ),
        text(
            "problem",
            "## The problem\n\nSee [drills](#1.5-·-Exercises), [shapes](00_before.ipynb#Shapes) "
            "and [how to read](README.md#how-its-read).\n\n![A cat, seated](cat.png)\n\n"
            "`color` is normalized before it is centred; `net.just!` is code.",
        ),
        code(
            "imports",
            "%matplotlib inline\nfrom sklearn.linear_model import LogisticRegression\n\n"
            "import good_library\nfrom good_library import plots\n"
            "from good_library.layers import LIMIT, Dense",
        ),
        text("predictions", 3 * predict),
        code(
            "figure",
            "plots.cost_curve([3, 2, 1])",
            *(shown(image_png=picture(), text_plain=description) for _ in range(8)),
        ),
        code("print", "print(0.693)", printed("0.693\n")),
        code("raise", "1 / 0", division, tags=["raises-exception"]),
        text("wrong", "## What goes wrong\n\n### A transposed product\n\nShown."),
        text("exercises", "## 1.5 · Exercises"),
        *itertools.chain.from_iterable(drills),
        text("summary", f"## Summary\n\n{NAVIGATION}"),
        claimed(4),
    )


def claimed(count):
    """The last cell: claims, folded in JupyterLab and in the book."""
    listed = "".join(f'    ("It learns, {i}", True),\n' for i in range(count))
    cell = code("claims", f"claims([\n{listed}])", tags=["claims", "hide-input"])
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


MUTATIONS = {}


def caught(rule, sentence):
    """Register a mutation, with the rule that must catch it and a part of what the rule says."""

    def register(mutate):
        MUTATIONS[f"{rule}-{mutate.__name__}"] = (rule, sentence, mutate)
        return mutate

    return register


def caught_source(rule, sentence, cell, name, before, after):
    """Register a mutation that replaces text in the source of a cell; `before` None appends."""

    def mutate(made):
        node = find(made, cell)
        assert before is None or before in node.source
        changed = node.source + after if before is None else node.source.replace(before, after, 1)
        node.source = changed

    mutate.__name__ = name
    caught(rule, sentence)(mutate)


def caught_output(rule, sentence, name, output):
    """Register a mutation that puts another output under the cell that prints."""

    def mutate(made):
        find(made, "print").outputs = [output]

    mutate.__name__ = name
    caught(rule, sentence)(mutate)


@caught("executed", "cell 2 (imports) was never executed")
def cleared(made):
    for cell in made.cells:
        cell.pop("execution_count", None)
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []


@caught("executed", "cell 4 (figure) has execution count 3 where 2 is due")
def swapped(made):
    find(made, "figure").execution_count, find(made, "print").execution_count = 3, 2


@caught("executed", "cell 5 (print) has execution count 4 where 3 is due")
def run_again(made):
    find(made, "print").execution_count = 4


@caught("executed", "cell 5 (print) shows a result of another execution, 9")
def foreign_result(made):
    result = new_output("execute_result", {"text/plain": "1"}, execution_count=9)
    find(made, "print").outputs = [result]


@caught("explained_markers", "cell 5 (print) has nbval-ignore-output without a reason")
def unexplained_tag(made):
    find(made, "print").metadata = {"tags": ["nbval-ignore-output"], "reason": " "}


@caught("explained_markers", "cell 5 (print) has NBVAL_SKIP without a reason")
def unexplained_comment(made):
    find(made, "print").source = "# NBVAL_SKIP\nprint(0.693)"


@caught("errors", "cell 6 (raise) stores an error and is not tagged raises-exception")
def unannounced_error(made):
    find(made, "raise").metadata = {}


@caught("errors", "cell 6 (raise) is tagged raises-exception and stores no error")
def missing_error(made):
    find(made, "raise").outputs = []


caught_output("errors", "cell 5 (print) wrote to stderr", "stderr", printed("Hm.\n", "stderr"))

for name, words, sentence in [
    ("warning", "RuntimeWarning: overflow", "cell 5 (print) has a warning in its stdout"),
    ("home", "saved to /home/ada/x.h5", "an absolute path in its stdout: '/home/'"),
    ("mac", "saved to /Users/ada/x.h5", "an absolute path in its stdout: '/Users/'"),
    ("temporary", "'/tmp/x.h5'", "an absolute path in its stdout: '/tmp/'"),
    ("tilde", "File ~/course/x.py:3", "an absolute path in its stdout: '~/'"),
    ("windows", r"saved to C:\data\x.h5", "an absolute path in its stdout: 'C:"),
    ("kernel_file", "ipykernel_123/4.py", "an absolute path in its stdout: 'ipykernel_123'"),
    ("address", "<Net at 0x7f3a2c10>", "an object's address in its stdout: '0x7f3a2c10'"),
    ("bar", " 50%|#####     | 5/10", "what is left of a progress bar in its stdout: '50%|'"),
    ("rate", "10 of 10, 3.2 it/s", "what is left of a progress bar in its stdout: ' it/s'"),
    ("carriage_return", "1 of 2\r2 of 2", "what is left of a progress bar in its stdout"),
    ("ansi", "\x1b[31mred", "terminal control codes in its stdout"),
]:
    caught_output("clean_outputs", sentence, name, printed(words))

for name, kind, value, sentence in [
    ("bare_figure", "text_plain", "<Figure size 640x480 with 1 Axes>", "repr of a bare figure"),
    ("script", "text_html", "<b>x</b><script>go()</script>", "a script in its text/html"),
    ("more", "text_html", f"<script>{SCRIPT}go()</script>", "a script in its text/html"),
    ("javascript", "application_javascript", "go()", "of type application/javascript"),
    (
        "widget",
        "application_vnd.jupyter.widget-view+json",
        {"model_id": "1"},
        "of type application/vnd.jupyter.widget-view+json",
    ),
]:
    caught_output("clean_outputs", sentence, name, shown(**{kind: value}))


@caught("clean_outputs", "cell 6 (raise) has an absolute path in its traceback: '/home/'")
def path_in_traceback(made):
    find(made, "raise").outputs[0].traceback[1] = "File /home/ada/lib/layers.py:12"


@caught("stable_metadata", "the notebook's metadata are not")
def versioned_language(made):
    made.metadata.language_info["version"] = "3.11.2"


@caught("stable_metadata", "the notebook's metadata are not")
def other_kernel(made):
    made.metadata.kernelspec.display_name = "Python 3 (ipykernel)"


@caught("stable_metadata", "the notebook's metadata are not")
def widget_state(made):
    made.metadata["widgets"] = {}


@caught("stable_metadata", "cell 5 (print) has metadata execution")
def timing(made):
    find(made, "print").metadata["execution"] = {"iopub.status.busy": "2020-01-01T00:00:00Z"}


@caught("stable_ids", "cell 5 (no id) has no id")
def missing_id(made):
    del find(made, "print")["id"]


@caught("stable_ids", "cell 5 (figure) shares its id with another cell")
def shared_id(made):
    find(made, "print").id = "figure"


@caught("stable_ids", "cell 5 (3f2a9c1e) has an id that is not made of words")
def random_id(made):
    find(made, "print").id = "3f2a9c1e"


@caught("stable_ids", "cell 5 (The_Print) has an id that is not made of words")
def shouting_id(made):
    find(made, "print").id = "The_Print"


@caught("stable_pictures", "cell 4 (figure) has a PNG with a Software chunk")
def software(made):
    find(made, "figure").outputs[0].data["image/png"] = picture(software="Painter 1.0")


caught_source("sizes", "has 31 lines, more than 30", "print", "tall", "print(0.693)", "x\n" * 31)
caught_source("sizes", "a line of 101 characters", "print", "wide", "print(0.693)", "x" * 101)
caught_output("sizes", "prints 41 lines, more than 40", "talkative", printed("x\n" * 41))


@caught("sizes", "bytes, more than 2000000")
def heavy(made):
    find(made, "print").outputs = [printed("x" * 2_000_000)]


for name, words, sentence in [
    ("without", "", "cell 4 (figure) shows a figure without a description"),
    ("short", "A cost of 0.693.", "describes its figure in 16 characters only"),
    ("unfinished", "Training cost against step, from 0.693 to 0.141", "with a full stop"),
    ("without_number", "Training cost against step, falling all the way.", "without a number"),
]:

    def describe(made, words=words):
        find(made, "figure").outputs[0].data["text/plain"] = words

    describe.__name__ = name
    caught("described_figures", sentence)(describe)


@caught("described_figures", "cell 4 (figure) shows a figure without a description")
def picture_alone(made):
    del find(made, "figure").outputs[0].data["text/plain"]


@caught("claims", "is not folded: its metadata need jupyter.source_hidden")
def open_claims(made):
    del find(made, "claims").metadata["jupyter"]


@caught("claims", "is not folded in the book: it needs the tag 'hide-input'")
def open_claims_in_the_book(made):
    find(made, "claims").metadata["tags"].remove("hide-input")


@caught("claims", "is the last, and not the cell of claims, tagged 'claims'")
def claims_elsewhere(made):
    made.cells.append(made.cells.pop(-2))


@caught("one_sitting", "the chapter has 7 figures; it needs 8 to 12")
def too_few_figures(made):
    del find(made, "figure").outputs[0]


@caught("one_sitting", "the chapter has 13 figures; it needs 8 to 12")
def too_many_figures(made):
    find(made, "figure").outputs += 5 * [find(made, "figure").outputs[0]]


@caught("one_sitting", "the chapter has 13 figures; it needs 8 to 12")
def a_slider_too_many(made):
    find(made, "figure").outputs += 4 * [find(made, "figure").outputs[0]]
    html = plots.slider(lambda n: plots.lines({"n": [n, 1]}), [1, 2], "n").html
    slider = copy.deepcopy(find(made, "figure").outputs[0])
    slider.data = {"text/html": html, "text/plain": "A slider."}
    find(made, "figure").outputs.append(slider)


@caught("one_meaning", "cell 6 (raise) reads k, the variable of a loop in cell 5 (print)")
def loop_variable(made):
    find(made, "print").source = "for k in range(3):\n    pass"
    find(made, "raise").source = "k / 0"


@caught("names", "uses good_library.plots.aside, introduced in an excursion of chapter 1")
def needs_an_excursion(made):
    find(made, "print").source = "plots.aside()"


caught_output(
    "described_figures",
    "has a picture in its HTML without a description",
    "undescribed",
    shown(text_html='<img src="data:image/png;base64,AA==" alt="A curve.">', text_plain="x"),
)


def test_a_slider_is_a_figure_like_any_other():
    slider = plots.slider(lambda k: plots.bars({"a": k}, "count"), [1, 2], "runs")
    output = shown(text_html=slider.html, text_plain=slider.text)
    made = Chapter(Path("01_small.ipynb"), notebook(code("slider", "1", output)))
    assert not [*clean_outputs(made), *described_figures(made)]


@caught("images", "cell 1 (problem) has attachments")
def attachment(made):
    find(made, "problem")["attachments"] = {"cat.png": {"image/png": picture()}}


for rule, sentence, cell, name, before, after in [
    ("images", "without alternative text: cat.png", "problem", "silent", "A cat, seated", " "),
    ("images", "alternative text: cat.png", "wrong", "html", None, '\n<img src="cat.png">'),
    ("images", "alternative text: cat.png", "wrong", "alt", None, '\n<img alt="" src="cat.png">'),
    ("images", "text: cat.png", "wrong", "in_link", None, "\n[![](cat.png)](README.md)"),
    ("headings", "cell 0 (title) does not begin with", "title", "no_title", "# 1", "1"),
    ("headings", "cell 7 (wrong) holds a second title", "wrong", "second", None, "\n\n# More"),
    ("headings", "jumps from level 2 to 4 at 'A tr", "wrong", "jump", "### A", "#### A"),
    ("headings", "cell 7 (wrong) repeats the heading", "wrong", "twice", None, "\n## The problem"),
    ("headings", "cell 7 (wrong) has a heading in HTML", "wrong", "html", None, "\n<h3>x</h3>"),
    ("links", "links to 'dog.png': no such file", "problem", "image", "cat.png", "dog.png"),
    ("links", "'9_x.ipynb#Shapes': no such file", "problem", "file", "00_before", "9_x"),
    ("links", "'#Exercises': no such heading", "problem", "anchor", "#1.5-·-E", "#E"),
    ("links", "'00_before.ipynb#shapes': no such heading", "problem", "case", "#Sh", "#sh"),
    ("links", "'README.md#How-it': no such heading", "problem", "page", "#how-its-read", "#How-it"),
    ("links", "not a relative address", "problem", "absolute", "(cat.png)", "(/cat.png)"),
    ("links", "links to 'x.py': no such file", "wrong", "html", None, '\n<a href="x.py">x</a>'),
    ("navigation", "cell 0 (title) has no link [previous]", "title", "previous", "previous", "x"),
    ("navigation", "(summary) has no link [next] to 02_after", "summary", "next", "next", "x"),
    ("navigation", "no link [contents] to README.md", "title", "contents", "Contents", "x"),
    ("navigation", "[next] to 00_before.ipynb, not to", "title", "loop", "02_after", "00_before"),
    ("names", "uses good_library.plots.late, introduced in chapter 2", "figure", "early",
     "plots.cost_curve", "plots.late"),
    ("names", "uses good_library.plots.late, introduced in chapter 2", "figure", "dotted",
     "plots.cost_curve", "good_library.plots.late"),
    ("names", "uses good_library.plots.late, introduced in chapter 2", "print", "imported",
     "print(0.693)", "from good_library.plots import late as now"),
    ("names", "uses good_library.plots.late, introduced in chapter 2", "print", "aliased",
     "print(0.693)", "import good_library.plots as p; p.late()"),
    ("names", "plots.secret, whose docstring names no chapter", "figure", "unpointed",
     "cost_curve", "secret"),
    ("names", "plots.bar, which does not exist", "figure", "unknown", "cost_curve", "bar"),
    ("names", "which hides where names come from", "print", "star", "print(0.693)",
     "from good_library.plots import *"),
    ("names", "exercises.ch02.later, introduced in chapter 2", "print", "exercise",
     "print(0.693)", "from good_library.exercises.ch02 import later"),
    ("names", "cell 5 (print) is not Python", "print", "syntax", "print(0.693)", "print 0.693"),
    ("predictions", "asks for 2 predictions", "predictions", "fewer", "Predict", "Guess"),
    ("baseline", "no cell imports scikit-learn's Logistic", "imports", "other",
     "LogisticRegression", "Ridge"),
    ("sections", "no section 'What goes wrong'", "wrong", "missing", "What goes wrong", "Traps"),
    ("sections", "no section 'Summary'", "summary", "unended", "Summary", "The end"),
    ("sections", "not in the order", "wrong", "order", None, "\n\n## Summary"),
    ("exercises", "checks 3 exercises, fewer", "check-third", "fewer", "ch01.third.check", "x"),
    ("exercises", "checks first, which the code cell before does not define", "stub-first",
     "unstubbed", "def first", "def fist"),
    ("exercises", "checks first, which is no stub", "stub-first", "solved", "...", "return 2 * x"),
    ("claims", "makes 3 claims, fewer than 4", "claims", "fewer", '("It learns, 0", True),', ""),
    ("claims", "not the cell of claims", "claims", "uncalled", "claims(", "print("),
    ("claims", "calls claims 2 times", "print", "scattered", "print(0.693)",
     'claims([("a", True)])'),
    ("honest_time", "states no time, as in '**Time**: 5 m", "title", "silent", "**Time**", "Time"),
    ("honest_time", "states 25 minutes; the reader needs 5", "title", "wrong", "5 min", "25 min"),
    ("honest_time", "states 5 minutes; the reader needs 15", "wrong", "longer", "Shown.",
     "Word after word. " * 400),
    ("honest_time", "states 5 minutes; the reader needs 15", "wrong", "formulas", "Shown.",
     "$$x = y$$\n\n" * 25),
    ("honest_time", "states 5 minutes; the reader needs 10", "print", "code", "print(0.693)",
     "print(0.693)\n" * 40),
    ("one_sitting", "words before its exercises, more than 3000", "wrong", "wordy",
     "Shown.", "word " * 3000),
    ("one_sitting", "lines of code before its exercises, more than 320", "print", "code",
     "print(0.693)", "print(0.693)\n" * 320),
    ("one_meaning", "cell 5 (print) binds plots anew, which cell 2 (imports) binds", "print",
     "assigned", "print(0.693)", "plots = 1"),
    ("one_meaning", "binds LIMIT anew", "print", "added", "print(0.693)", "LIMIT += 1"),
    ("one_meaning", "binds Dense anew", "print", "function", "print(0.693)", "def Dense(): ..."),
    ("one_meaning", "binds plots anew", "print", "imported", "print(0.693)",
     "import sklearn as plots"),
    ("one_meaning", "binds plots anew", "print", "in_a_block", "print(0.693)",
     "if True:\n    with open('x') as plots:\n        pass"),
    ("one_meaning", "loops over LIMIT, which cell 2 (imports) binds", "print", "loop",
     "print(0.693)", "for LIMIT in range(3):\n    pass"),
    ("banned_phrases", "nothing, 'In this section we will', in", "wrong", "section", "Shown.",
     "In this section we will see."),
    ("banned_phrases", "'It is important to note'", "wrong", "note", "Shown.",
     "It is important to note\nthat it fails."),
    ("banned_phrases", "'As we can see'", "wrong", "see", "Shown.", "As we can see, it fails."),
    ("banned_phrases", "'simply'", "wrong", "simple", "Shown.", "It simply fails."),
    ("banned_phrases", "'just'", "wrong", "justly", "Shown.", "It just fails."),
    ("banned_phrases", "'Obviously'", "wrong", "obvious", "Shown.", "Obviously it fails."),
    ("banned_phrases", "dive in'", "wrong", "dive", "Shown.", "Let’s dive in."),
    ("banned_phrases", "an exclamation mark", "wrong", "shout", "Shown.", "It fails!"),
    ("banned_phrases", "an emoji", "wrong", "emoji", "Shown.", "It fails \U0001f680."),
    ("banned_phrases", "'simply'", "predictions", "folded", "Half.", "It is simply half."),
]:  # fmt: skip
    caught_source(rule, sentence, cell, name, before, after)

for wrong, preferred in [
    ("Colors", "colour"),
    ("behavior", "behaviour"),
    ("neighboring", "neighbour"),
    ("favorite", "favour"),
    ("flavor", "flavour"),
    ("honored", "honour"),
    ("rigor", "-our"),
    ("centered", "centre"),
    ("fiber", "-re"),
    ("grayscale", "grey"),
    ("analyze", "-yse"),
    ("mislabeled", "-lled, -lling"),
    ("modeling", "-lled, -lling"),
    ("fulfill", "fulfil"),
    ("defense", "-ence"),
    ("skeptical", "sceptic"),
    ("normalised", "-ize"),
    ("initialisation", "-ize"),
    ("regularisers", "-ize"),
    ("Vectorise", "-ize"),
    ("optimiser", "-ize"),
    ("generalising", "-ize"),
    ("standardises", "-ize"),
    ("minimises", "-ize"),
    ("maximised", "-ize"),
    ("recognises", "-ize"),
    ("summarise", "-ize"),
    ("organisation", "-ize"),
    ("visualisations", "-ize"),
    ("penalise", "-ize"),
]:
    caught_source(
        "spelling",
        f"cell 7 (wrong) spells '{wrong}'; the course writes {preferred}",
        *("wrong", wrong, "Shown.", f"It has {wrong} in it."),
    )


@pytest.mark.parametrize("rule", RULES)
def test_the_good_chapter_passes(folder, rule):
    assert RULES[rule](Chapter.read(folder / "01_good.ipynb", "good_library")) == []


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_broken_chapter_is_caught(folder, mutation):
    rule, sentence, mutate = MUTATIONS[mutation]
    made = good()
    mutate(made)
    faults = RULES[rule](Chapter(folder / "01_good.ipynb", made, "good_library"))
    assert any(sentence in fault for fault in faults), faults


def test_every_rule_has_a_broken_chapter():
    elsewhere = {"branches"}  # of excursions: below
    assert {rule for rule, _, _ in MUTATIONS.values()} | elsewhere == RULES.keys()


def test_words_that_only_look_wrong(folder):
    made = good()
    find(made, "wrong").source += (
        "\n\nAn adjustment of the organism, justified, in a laboratory: otherwise a promise, a "
        "realistic specialist, five modellers, labelled parameters, precise, [colour](README.md) "
        "`x!`, $3! = 6$, https://example.org/color!\n\n```python\ncolor = 'gray'  # just!\n```"
    )
    chapter = Chapter(folder / "01_good.ipynb", made)
    assert RULES["spelling"](chapter) == RULES["banned_phrases"](chapter) == []


def test_the_first_and_the_last_chapter_have_one_neighbour(folder):
    navigation = "[contents](README.md) · [next](01_good.ipynb)"
    first = Chapter(folder / "00_before.ipynb", notebook(text("title", f"# Before\n{navigation}")))
    assert RULES["navigation"](first) == []
    invented = notebook(text("title", f"# Before\n[previous](x.ipynb) {navigation}"))
    faults = RULES["navigation"](Chapter(first.path, invented))
    assert "cell 0 (title) has a link [previous] to x.ipynb, which leads nowhere" in faults


def test_the_chapter_on_notation_needs_no_baseline(folder):
    made = good()
    find(made, "imports").source = "import good_library"
    number_cells(made)
    assert RULES["baseline"](Chapter(folder / "00_before.ipynb", made)) == []


def test_the_good_library_passes(folder):
    assert library_pointers("good_library", folder) == []


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        ("silent", '__all__ = ["f"]\ndef f():\n    """Squares."""', "f has a docstring without"),
        ("bare", '__all__ = ["f"]\ndef f(): ...', "f has a docstring without a chapter"),
        ("heir", f"{BASE}class B(A): ...", "B has a docstring without a chapter"),
        ("open", 'def f():\n    """Chapter 0, "Shapes"."""', "and has no __all__"),
        ("ghost", '__all__ = ["g"]', "has g in __all__ and nowhere else"),
        ("off", '__all__ = ["C"]\nclass C:\n    """Chapter 1, "x"."""', "has no heading 'x'"),
    ],
)
def test_a_broken_library_is_caught(folder, name, source, sentence):
    package = f"library_{name}"
    source = f'"""Read this module with chapter 0."""\n{source}'
    write_library(folder.parent / package, {"__init__.py": "", "a.py": source})
    (fault,) = library_pointers(package, folder)
    assert fault.startswith(f"{package}.a") and sentence in fault


def test_a_chapter_not_yet_written_is_no_fault(folder):
    source = '__all__ = ["f"]\ndef f():\n    """Chapter 9, "Softmax"."""'
    write_library(folder.parent / "library_early", {"__init__.py": "", "a.py": source})
    assert library_pointers("library_early", folder) == []


# --- Excursions ----------------------------------------------------------------------------------

BACK = "[← back to chapter 1](../01_good.ipynb) · [Contents](../README.md)"


def excursion():
    """An excursion that obeys every rule."""
    return notebook(
        text("title", f"# Why is it so?\n\n{BACK}\n\n**Time**: 10 minutes."),
        text("ask", "## A test\n\n<details><summary>Predict</summary>\n\nSo.\n</details>"),
        text("tell", "It is told at length. " * 250),
        text("end", f"## Summary\n\n{BACK}"),
        claimed(1),
    )


@pytest.fixture
def trip(tmp_path):
    """A course of one chapter with one excursion; the path of the excursion."""
    (tmp_path / "excursions").mkdir()
    (tmp_path / "README.md").write_text("# The course\n")
    branch = text("branch", "# Good\n\nMore in [an excursion](excursions/01_why.ipynb#A-test).")
    store(notebook(branch), tmp_path / "01_good.ipynb")
    return store(excursion(), tmp_path / "excursions" / "01_why.ipynb")


def test_chapters_and_excursions_are_told_apart(trip):
    folder = trip.parents[1]
    assert chapter_paths(folder) == [folder / "01_good.ipynb"]
    assert excursion_paths(folder) == [trip]
    assert notebook_paths(folder) == [folder / "01_good.ipynb", trip]
    assert (
        Chapter.read(trip).is_excursion and not Chapter.read(folder / "01_good.ipynb").is_excursion
    )


def test_a_good_excursion_obeys_every_rule(trip):
    chapter = Chapter.read(trip, "good_library")
    assert {name: found for name, rule in RULES.items() if (found := rule(chapter))} == {}


@pytest.mark.parametrize(
    "rule, cell, old, new, fault",
    [
        (
            "navigation",
            "title",
            "../01_good",
            "../02_far",
            "[back] to ../02_far.ipynb, not to",
        ),
        ("navigation", "end", "[← back", "[← away", "no link [back] to ../01_good.ipynb"),
        ("navigation", "end", "[Contents]", "[All]", "no link [contents] to ../README.md"),
        ("predictions", "ask", "Predict", "Ask", "0 predictions, fewer than 1"),
        ("claims", "claims", '    ("It learns, 0", True),\n', "", "makes 0 claims, fewer than 1"),
        ("sections", "end", "Summary", "The end", "no section 'Summary'"),
        (
            "one_sitting",
            "tell",
            "at length",
            "",
            "takes 5 minutes; it needs to take 10",
        ),
        (
            "one_sitting",
            "tell",
            "told",
            10 * "told ",
            "takes 30 minutes; it needs",
        ),
    ],
)
def test_a_bad_excursion_is_found(trip, rule, cell, old, new, fault):
    made = excursion()
    find(made, cell).source = find(made, cell).source.replace(old, new)
    assert any(fault in found for found in RULES[rule](Chapter(trip, made)))


def test_an_excursion_that_branches_off_from_nowhere_is_found(trip):
    home = trip.parents[1] / "01_good.ipynb"
    store(notebook(text("branch", "# Good")), home)
    fault = "01_good.ipynb does not link to excursions/01_why.ipynb"
    assert RULES["branches"](Chapter.read(trip)) == [fault]
    home.unlink()
    assert RULES["branches"](Chapter.read(trip)) == ["there is no chapter 1 to branch off from"]

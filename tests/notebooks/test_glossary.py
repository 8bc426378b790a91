"""The glossary of chapter 0: each term is used where it says, and no new word is left out.

Its single source are the tables in chapter 0, one under each heading `### Words of chapter N`. A
row is `| English | 中文 | 한국어 | symbol |`. The English cell is a name, further names after
commas, and a note in parentheses; the last cell holds formulas, or a dash.
"""

import re
from dataclasses import dataclass
from itertools import chain

import pytest

from tests.notebooks.fixtures import notebook, text
from workshop import markdown
from workshop.execute import CHAPTERS, chapter_paths
from workshop.rules import Chapter

HEADER = ["English", "中文", "한국어", "symbol"]
SECTION = re.compile(r"^### Words of chapter (\d+)$", re.MULTILINE)
NEW_WORDS = re.compile(r"^\*\*New words\*\*:(.*)$", re.MULTILINE)
HAN, HANGUL = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\uac00-\ud7a3]")

# Bold type marks a new term. What else is bold: the labels of a chapter's first and last cell,
# words that begin a paragraph and end in a full stop or a question mark, sentences, and these.
LABELS = {
    "You will be able to",
    "You need",
    "Time",
    "In two sittings",
    "New words",
    "Remember",
    "Excursion",
    "Excursions",
    "The library so far",
    "Further reading",
    "Next",
    "After the course",
}
EMPHASIZED = {
    (3, "held out"),
    (3, "can fit more"),
    (4, "Assume"),
    (4, "LeCun's"),
    (6, "wrong cost"),
    (7, "whatever the curvature"),
    (9, "one change"),
    (9, "splits"),
    (9, "free constant"),
}
LONGEST_TERM = 3  # words; more are a sentence


@dataclass(frozen=True)
class Entry:
    """A row of the glossary and the chapter whose table it stands in."""

    chapter: int
    names: tuple
    note: str
    chinese: str
    korean: str
    symbol: str

    @property
    def symbols(self):
        """The formulas of the last cell, without blanks."""
        return [packed(found) for found in re.findall(r"\$([^$]+)\$", self.symbol)]

    def covers(self, term):
        """Whether a term of the prose is this entry, a part of its name, or its symbol."""
        words = set(stems(term))
        named = any(words <= set(stems(f"{name} {self.note}")) for name in self.names)
        return named or packed(term) in self.symbols


def packed(formula):
    return re.sub(r"\s", "", formula)


ENDINGS = ["ation", "ating", "ated", "ence", "ent", "ity", "ies", "ing", "ion"]
ENDINGS += ["ed", "er", "es", "ic", "is", "ly", "e", "s", "y"]


def stems(words):
    """Lower-case words without their endings: overfitting and overfit, axes and axis are one.

    Crude, and good enough: both sides of a comparison go through it.
    """
    found = re.findall(r"\w+", words.lower())
    return [stem(word) for word in found if word not in {"a", "an", "the", "of"}]


def stem(word):
    while ending := next(filter(word.endswith, ENDINGS), ""):
        least = 2 if ending in ("es", "is") else 3  # axes and axis, but neither seed nor sing
        if len(word) < len(ending) + least:
            break
        word = word.removesuffix(ending)
    return word[:-1] if re.search(r"([b-df-hj-np-tv-z])\1$", word) else word


def is_glossary(cell):
    return cell.node.cell_type == "markdown" and cell.node.id.startswith("glossary")


def read_glossary(chapter):
    """The entries of chapter 0, and sentences on what is no entry."""
    entries, faults = [], []
    for cell in filter(is_glossary, chapter.cells):
        section = SECTION.search(cell.node.source)
        lines = [line for line in cell.node.source.splitlines() if line.startswith("|")]
        rows = [[part.strip() for part in line.strip("|").split("|")] for line in lines]
        if bool(section) != bool(rows):
            faults.append(f"{cell.name} needs a heading 'Words of chapter' and a table under it")
        elif section and (rows[0] != HEADER or len(rows) < 3):
            faults.append(f"{cell.name} has a table without the columns {', '.join(HEADER)}")
        elif section:
            for row in rows[2:]:
                if len(row) != len(HEADER):
                    faults.append(f"{cell.name} has a row of {len(row)} cells: {row[0]}")
                    continue
                names, _, note = row[0].partition("(")
                names = tuple(name.strip() for name in names.split(","))
                entries.append(Entry(int(section[1]), names, note.rstrip(")"), *row[1:]))
    return entries, faults


def badly_written(entries):
    """Rows that lack a language or a symbol, and terms that stand there twice."""
    seen = {}
    for entry in entries:
        if not HAN.search(entry.chinese):
            yield f"{entry.names[0]} has no Chinese name: {entry.chinese!r}"
        if not HANGUL.search(entry.korean):
            yield f"{entry.names[0]} has no Korean name: {entry.korean!r}"
        if entry.symbol != "–" and not entry.symbols:
            yield f"{entry.names[0]} has neither a formula nor a dash: {entry.symbol!r}"
        for name in entry.names:
            key = tuple(stems(f"{name} {entry.note}"))
            if key in seen:
                yield f"{name} stands under chapter {seen[key]} and under chapter {entry.chapter}"
            seen[key] = entry.chapter


def unused(entries, chapters):
    """Terms and symbols that the chapter they name does not use."""
    for entry in entries:
        if entry.chapter not in chapters:
            yield f"{entry.names[0]} names chapter {entry.chapter}, which does not exist"
            continue
        sources = [NEW_WORDS.sub("", source) for source in prose_cells(chapters[entry.chapter])]
        spoken = stems("\n".join(map(markdown.prose, sources)))
        written = packed(" ".join(chain.from_iterable(map(markdown.formulas, sources))))
        for name in entry.names:
            if not contains(spoken, stems(name)):
                yield f"chapter {entry.chapter} does not use the term {name!r}"
        for symbol in entry.symbols:
            if not re.search(rf"(?<![A-Za-z]){re.escape(symbol)}(?![A-Za-z])", written):
                yield f"chapter {entry.chapter} does not use the symbol ${symbol}$"


def contains(words, phrase):
    """Whether the words of a phrase stand together somewhere: one checks gradients in a check."""
    size, wanted = len(phrase), sorted(phrase)
    return any(sorted(words[k : k + size]) == wanted for k in range(len(words) - size + 1))


def prose_cells(chapter):
    return [cell.node.source for cell in chapter.markdown if not is_glossary(cell)]


def bold_terms(chapter):
    """The terms set in bold in a chapter's prose."""
    for source in prose_cells(chapter):
        for term in markdown.bold(source):
            sentence = term[-1] in ".?:" or len(term.split()) > LONGEST_TERM
            if not sentence and term not in LABELS and (chapter.number, term) not in EMPHASIZED:
                yield term


def new_words(chapter):
    """The items of the list of new words, each as the ways to read it."""
    for line in chain.from_iterable(map(NEW_WORDS.findall, prose_cells(chapter))):
        for item in filter(None, (part.strip(" .") for part in line.split(","))):
            first, _, second = item.partition(" and ")
            if not second:
                yield item, [[item]]
            else:  # "forward and backward step" may share its last word
                yield item, [[first, second], [f"{first} {second.split()[-1]}", second]]


def missing(entries, chapters):
    """New words of the chapters that the glossary does not have, for that chapter or before."""
    for number, chapter in chapters.items():
        known = [entry for entry in entries if entry.chapter <= number]

        def covered(term, known=known):
            return any(entry.covers(term) for entry in known)

        for term in bold_terms(chapter):
            if not covered(term):
                yield f"chapter {number} has {term!r} in bold, which is not in the glossary"
        for item, readings in new_words(chapter):
            if not any(all(map(covered, reading)) for reading in readings):
                yield f"chapter {number} has the new word {item!r}, which is not in the glossary"


def faults_of(chapters):
    """All sentences on the glossary of some chapters, given by their numbers."""
    entries, faults = read_glossary(chapters[0])
    faults += badly_written(entries)
    faults += unused(entries, chapters)
    faults += missing(entries, chapters)
    return faults


def test_the_glossary():
    chapters = {chapter.number: chapter for chapter in map(Chapter.read, chapter_paths())}
    faults = faults_of(chapters)
    assert not faults, "\n" + "\n".join(faults)


def test_every_chapter_has_its_words():
    entries, _ = read_glossary(Chapter.read(chapter_paths()[0]))
    assert {entry.chapter for entry in entries} == {int(p.name[:2]) for p in chapter_paths()}


def test_the_exceptions_are_needed():
    chapters = {chapter.number: chapter for chapter in map(Chapter.read, chapter_paths())}
    for number, term in EMPHASIZED:
        if number in chapters:
            assert f"**{term}**" in "\n".join(prose_cells(chapters[number])), term


# --- and this test itself: a good glossary passes, and each mutation of it is named ---------------

TABLE = """\
### Words of chapter {}

| English | 中文 | 한국어 | symbol |
|---|---|---|---|
{}
"""
GOOD = {
    "glossary-0": TABLE.format(0, "| axis | 轴 | 축 | – |\n| transpose | 转置 | 전치 | $X^T$ |"),
    "glossary-1": TABLE.format(
        1, "| hidden neuron | 隐藏神经元 | 은닉 뉴런 | $n_h$ |\n"
        "| ReLU, rectifier | 整流 | 렐루 | – |\n"
        "| forward step | 前向 | 순전파 | – |\n"
        "| backward step | 反向 | 역전파 | – |",
    ),
    "zero": "Two **axes**, and the **transpose** $X ^ T$.\n\n**Next**: more.",
    "one": "The neurons are **hidden**, $n_h$ of them: a hidden neuron. **Go back.** A rectifier is"
    " a **ReLU**. **Never do this at home.** Forward steps, a backward step.\n\n"
    "**New words**: hidden neuron, forward and backward step.",
}  # fmt: skip


def small_course(cells):
    """Chapters 0 and 1 from the texts of their cells."""
    zero = [text(name, cells[name]) for name in ("zero", "glossary-0", "glossary-1")]
    made = notebook(*zero), notebook(text("one", cells["one"]))
    names = "00_zero.ipynb", "01_one.ipynb"
    return {k: Chapter(CHAPTERS / names[k], made[k]) for k in (0, 1)}


def test_a_good_glossary_passes():
    assert faults_of(small_course(GOOD)) == []


@pytest.mark.parametrize(
    ("cell", "before", "after", "sentence"),
    [
        ("glossary-0", "轴", "axis", "axis has no Chinese name"),
        ("glossary-0", "축", "", "axis has no Korean name"),
        ("glossary-0", "$X^T$", "X", "transpose has neither a formula nor a dash"),
        ("glossary-0", "| axis | 轴", "| axis", "has a row of 3 cells: axis"),
        ("glossary-0", "| 中文 |", "| Chinese |", "without the columns English, 中文"),
        ("glossary-0", "### Words of chapter 0", "", "needs a heading"),
        ("glossary-0", "| English", "English", "without the columns English"),
        ("glossary-1", "| ReLU", "| axes | 轴 | 축 | – |\n| ReLU", "stands under chapter 0 and"),
        ("glossary-1", "chapter 1", "chapter 2", "names chapter 2, which does not exist"),
        ("glossary-1", "| ReLU, rect", "| ReLU, corr", "does not use the term 'corrifier'"),
        ("glossary-1", "$n_h$", "$n_k$", "chapter 1 does not use the symbol $n_k$"),
        ("glossary-1", "hidden n", "wise n", "chapter 1 has 'hidden' in bold, which is not in"),
        ("glossary-1", "chapter 1", "chapter 0", "chapter 0 does not use the term 'hidden neuron'"),
        ("glossary-1", "| backward step", "| one", "'forward and backward step', which is not in"),
        ("one", "a hidden neuron", "a man", "chapter 1 does not use the term 'hidden neuron'"),
        ("zero", "Two", "Two **shapes**", "chapter 0 has 'shapes' in bold, which is not in"),
        ("zero", "Two", "A **ReLU**", "chapter 0 has 'ReLU' in bold, which is not in"),
        ("zero", "**Next**", "**Then**", "chapter 0 has 'Then' in bold, which is not in"),
        ("one", "words**: h", "words**: softmax, h", "has the new word 'softmax', which is not"),
    ],
)
def test_a_broken_glossary_is_caught(cell, before, after, sentence):
    broken = {**GOOD, cell: GOOD[cell].replace(before, after)}
    assert broken != GOOD
    faults = faults_of(small_course(broken))
    assert any(sentence in fault for fault in faults), faults


@pytest.mark.parametrize(
    "forms",
    [
        ("overfit", "overfitting"),
        ("axis", "axes"),
        ("bias", "biases"),
        ("loss", "losses"),
        ("centred", "centring"),
        ("saturated", "saturation"),
        ("symmetric", "symmetry"),
        ("penalty", "penalties"),
        ("vectorize", "vectorization"),
    ],
)
def test_forms_of_one_word_are_one(forms):
    assert len({stem(form) for form in forms}) == 1


def test_different_words_are_two():
    words = ["loss", "cost", "weight", "width", "logit", "logistic", "layer", "label", "axis"]
    assert len({stem(word) for word in words}) == len(words)

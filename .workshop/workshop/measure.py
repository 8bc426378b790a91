"""How long a notebook is, and how long a reader needs for it.

The reader is in the second year of studies and reads English as a foreign language. A chapter is
counted up to its exercises, an excursion to its end.
"""

import re

from workshop import markdown

WORDS_A_MINUTE = 120
CODE_LINES_A_MINUTE = 10
FORMULAS_A_MINUTE = 3  # displayed ones, at which a reader stops
FIGURES_A_MINUTE = 2
STEP = 5  # minutes, to which a stated time is rounded

FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
STATED = re.compile(r"\*\*Time\*\*: (\d+) minutes")


def before_exercises(chapter):
    """The cells in front of the heading "Exercises", all of them where there is none."""
    for place, cell in enumerate(chapter.cells):
        if cell.node.cell_type == "markdown":
            titles = [text for _, text in markdown.headings(cell.node.source)]
            if any(re.fullmatch(r"(?:[\d.]+\s*[·:]?\s*)?Exercises", title) for title in titles):
                return chapter.cells[:place]
    return [cell for cell in chapter.cells if "claims" not in cell.tags]


def words(cells):
    """Words of prose, with folded answers, without formulas and code."""
    found = (markdown.prose(c.node.source) for c in cells if c.node.cell_type == "markdown")
    return sum(len(re.findall(r"\w[\w’'-]*", text)) for text in found)


def code_lines(cells):
    """Lines of code that are not blank."""
    sources = (cell.node.source for cell in cells if cell.node.cell_type == "code")
    return sum(bool(line.strip()) for source in sources for line in source.splitlines())


def formulas(cells):
    """Displayed formulas."""
    sources = (cell.node.source for cell in cells if cell.node.cell_type == "markdown")
    return sum(len(FORMULA.findall(source)) for source in sources)


def figures(cells):
    """Outputs with a picture, or with a slider over several."""
    outputs = [o for cell in cells for o in cell.node.get("outputs", [])]
    bundles = [output.get("data", {}) for output in outputs]
    return sum(
        "image/png" in data or '<figure class="slider">' in data.get("text/html", "")
        for data in bundles
    )


def minutes(cells):
    """The time to state: of words, code, formulas and figures, rounded to `STEP`."""
    needed = (
        words(cells) / WORDS_A_MINUTE
        + code_lines(cells) / CODE_LINES_A_MINUTE
        + formulas(cells) / FORMULAS_A_MINUTE
        + figures(cells) / FIGURES_A_MINUTE
    )
    return max(STEP, STEP * round(needed / STEP))


def stated(chapter):
    """The minutes that the first cell promises, or None."""
    found = STATED.search(chapter.cells[0].node.source)
    return int(found[1]) if found else None


def table(chapters):
    """Rows of figures for people: name, words, code lines, formulas, figures, minutes, stated."""
    for chapter in chapters:
        cells = before_exercises(chapter)
        yield (
            chapter.path.stem,
            words(cells),
            code_lines(cells),
            formulas(cells),
            figures(chapter.cells),
            minutes(cells),
            stated(chapter),
        )


if __name__ == "__main__":
    from workshop.execute import notebook_paths
    from workshop.rules import Chapter

    print("notebook, words, code lines, formulas, figures, minutes, stated")
    for row in table(map(Chapter.read, notebook_paths())):
        print(*row, sep=" | ")

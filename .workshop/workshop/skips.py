"""A pytest plugin that says in one line a reason what was skipped, and how many tests that were.

pytest's own summary has a line for every place in a file: a missing browser takes a screenful.
"""

from collections import Counter


def reasons(reports):
    """{reason: number of tests} of the reports on skipped tests."""
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)


def pytest_terminal_summary(terminalreporter):
    """Write the lines at the end of a run."""
    for reason, count in reasons(terminalreporter.stats.get("skipped", [])).most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}")

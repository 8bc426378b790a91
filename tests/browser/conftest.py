"""A browser, and what is looked at in it: JupyterLab with a copy of the course, the book, a deck.

Everything is skipped, and says why, where playwright or Chromium is missing. Screenshots go to
`_screenshots/` if COURSE_SCREENSHOTS is set, with a page that shows them all.
"""

import html
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.site import build_site
from workshop.book import build
from workshop.browser import chromium
from workshop.browser.lab import JupyterLab
from workshop.live.build import BuildError
from workshop.live.tab import Tab
from workshop.npm_packages import fetch, unpack

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "_screenshots"
AXE = "axe-core@4.14.1"


@pytest.fixture(scope="package")  # not longer: where it runs, no other asyncio loop can
def browser():
    if importlib.util.find_spec("playwright") is None:
        pytest.skip(chromium.NO_PLAYWRIGHT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        program = chromium.find(driver.chromium.executable_path)
        if program is None:
            pytest.skip(chromium.NO_CHROMIUM)
        running = driver.chromium.launch(executable_path=program, args=chromium.QUIET)
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """An empty page that can reach nothing but the disk."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, offline=True)
    yield page
    page.close()


@pytest.fixture(scope="package")
def lab(browser, tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the course, in a page of the browser."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("JupyterLab is not installed: python -m pip install -r requirements.txt")
    with JupyterLab(ROOT, tmp_path_factory.mktemp("lab"), browser) as started:
        yield started


@pytest.fixture(scope="package")
def live(browser, tmp_path_factory):
    """The site that runs in a browser tab, built anew and served to a page."""
    if importlib.util.find_spec("jupyterlite_core") is None:
        pytest.skip("JupyterLite is not installed: python -m pip install -e '.[live]'")
    site = tmp_path_factory.mktemp("live") / "_live"
    try:
        stood_in = build_site(site)
    except (BuildError, OSError) as error:
        if "connect to the network" not in str(error).lower():
            raise
        pytest.skip(f"files of Pyodide are not to be had: {str(error).splitlines()[1]}")
    with Tab(site, browser) as started:
        started.stood_in = stood_in
        yield started


@pytest.fixture(scope="package")
def book(browser, tmp_path_factory):
    """The folder of the website, built anew."""
    if build.absent():
        pytest.skip(build.NO_SPHINX)
    site = tmp_path_factory.mktemp("book") / "site"
    command = [sys.executable, "-m", "workshop.book.build", "--output", site]
    built(subprocess.run(command, capture_output=True, text=True, encoding="utf-8"))
    return site


@pytest.fixture(scope="package")
def deck(browser, tmp_path_factory):
    """The page of one deck, built anew."""
    target = tmp_path_factory.mktemp("slides") / "_slides"
    command = (
        "import sys; from pathlib import Path; from workshop.slides import build;"
        "build.build([Path('chapters/01_logistic_regression.ipynb')], Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", command, target]
    built(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8"))
    return target / "01_logistic_regression.html"


def built(told):
    """Skip where a package of the npm registry cannot be had; fail for any other reason."""
    if told.returncode and "fetching" in told.stderr and "connect to the network" in told.stderr:
        pytest.skip("a package of the npm registry cannot be had, and none is kept")
    assert told.returncode == 0, told.stderr


@pytest.fixture(scope="package")
def axe():
    """The script of axe-core, which finds what hinders readers who see badly or not."""
    try:
        return unpack(fetch(AXE), ["axe.min.js"])["axe.min.js"].decode("utf-8")
    except OSError as error:
        pytest.skip(f"{AXE} cannot be had: {error}")


@pytest.fixture(scope="package")
def screenshot():
    """A function of a page and a name that leaves a picture in _screenshots/, if that is wanted."""
    if not os.environ.get("COURSE_SCREENSHOTS"):
        yield lambda page, name, **options: None
        return
    SCREENSHOTS.mkdir(exist_ok=True)
    yield lambda page, name, **options: page.screenshot(
        path=SCREENSHOTS / f"{re.sub('[^a-z0-9-]+', '_', name)}.png", **options
    )
    figures = "\n".join(
        f'<figure><a href="{path.name}"><img src="{path.name}" alt="" loading="lazy"></a>'
        f"<figcaption>{html.escape(path.stem)}</figcaption></figure>"
        for path in sorted(SCREENSHOTS.glob("*.png"))
    )
    style = (
        "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}figure{margin:0}"
        "img{width:24rem;height:16rem;object-fit:cover;object-position:top;border:1px solid #aaa}"
    )
    sheet = f'<!doctype html><meta charset="utf-8"><style>{style}</style>\n{figures}\n'
    (SCREENSHOTS / "index.html").write_text(sheet, encoding="utf-8")

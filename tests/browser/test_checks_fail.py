"""Each check is shown something broken, which it must find; and how Chromium is found."""

import pytest

from workshop.browser import checks, chromium
from workshop.browser.lab import pictures

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjgrwAA"
    "AABJRU5ErkJggg=="
)


def shown(page, body):
    """The body of a page with this inside."""
    page.set_content(f'<html lang="en"><title>t</title><main><h1>t</h1>{body}</main></html>')
    return page.locator("main")


def test_a_picture_that_is_not_decoded_is_found(page):
    assert not checks.undecoded(shown(page, f'<img src="{PIXEL}">'), due=1)
    assert checks.undecoded(shown(page, f'<img src="{PIXEL}">'), due=2) == [
        "1 pictures instead of 2"
    ]
    broken = PIXEL.replace("iVBOR", "AAAAA")
    assert "not decoded" in checks.undecoded(shown(page, f'<img src="{broken}">'))[0]


@pytest.mark.parametrize("raw", ["the cost $J$", r"\(x\)", r"\[x\]", "<mjx-merror>x</mjx-merror>"])
def test_a_formula_that_is_not_typeset_is_found(page, raw):
    right = "<mjx-container>x</mjx-container> <code>$HOME</code>"
    assert not checks.untypeset(shown(page, right))
    assert len(checks.untypeset(shown(page, right + raw))) == 1
    assert checks.untypeset(shown(page, right), due=2) == ["1 formulas typeset of 2"]


def test_another_number_of_elements_is_found(page):
    two = shown(page, "<p>one</p><p>two</p>")
    assert not checks.miscounted(two, {"p": 2, "img": 0})
    assert checks.miscounted(two, {"p": 3, "img": 0}) == ["2 p instead of 3"]
    assert checks.eventually(checks.miscounted, two, {"p": 1}, seconds=0)


def test_a_page_wider_than_the_phone_is_found(page):
    page.set_viewport_size({"width": 390, "height": 844})
    meta = '<meta name="viewport" content="width=device-width">'
    shown(page, f'{meta}<div style="overflow: auto"><p style="width: 600px">in itself</p></div>')
    assert not checks.too_wide(page)
    shown(page, f'{meta}<p style="width: 600px">too wide</p>')
    assert "in a window of 390 px" in checks.too_wide(page)[0]


@pytest.mark.parametrize(
    "body, name",
    [
        ('<img src="a.png">', "image-alt"),
        ('<p style="color: #bbb; background: #fff">pale</p>', "color-contrast"),
        ("<button></button>", "button-name"),
    ],
)
def test_what_hinders_a_reader_is_found(page, axe, body, name):
    shown(page, "<p>nothing wrong here</p>")
    assert not checks.inaccessible(page, axe)
    shown(page, body)
    assert [fault.split()[0] for fault in checks.inaccessible(page, axe)] == [name]


@pytest.mark.parametrize("size", ["height: 800px", "width: 1300px"])
def test_a_slide_that_overflows_is_found(page, size):
    def slide(size):
        paper = "width: 1280px; height: 720px; box-sizing: border-box; overflow: hidden"
        style = f"<style>.slide {{ {paper} }} .slide h2 {{ margin: 0; {size} }}</style>"
        shown(page, f'{style}<section><div class="slide"><h2>Big</h2></div></section>')
        page.evaluate("window.Reveal = {getCurrentSlide: () => document.querySelector('section')}")
        return checks.overflowing(page)

    assert not slide("height: 100px")
    assert "the content of Big is" in slide(size)[0]


def test_errors_requests_and_words_on_stderr_are_found(page):
    asked, errors = chromium.watched(page)
    shown(page, f'<img src="{PIXEL}"><script>console.log("fine")</script>')
    assert not errors and not chromium.left_the_disk(asked)
    shown(page, '<img src="https://example.org/a.png"><script>console.error("no"); x.y</script>')
    page.wait_for_timeout(100)
    assert chromium.left_the_disk(asked) == ["https://example.org/a.png"]
    assert any(error.startswith("no\n") for error in errors)
    assert any("x is not defined" in error for error in errors)


def test_errors_are_told_apart_by_who_made_them(page, tmp_path):
    """Those of an application's own script are not ours; those that come from a page are."""
    _, errors = chromium.watched(page)
    application = "console.error('its own'); setTimeout(() => a.b); function called() { c.d; }"
    (tmp_path / "application.js").write_text(application, encoding="utf-8")
    page_of_ours = """<script src="application.js"></script><script>
      setTimeout(() => e.f); setTimeout(() => called()); console.error("ours")</script>"""
    (tmp_path / "page.html").write_text(page_of_ours, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(100)
    assert len(errors) == 5
    found = "\n".join(chromium.ours(errors))
    assert all(word in found for word in ("e is not", "c is not", "ours"))
    assert len(chromium.ours(errors)) == 3


def test_failed_cells_are_found():
    stdout, stderr = (
        {"output_type": "stream", "name": n, "text": "x"} for n in ("stdout", "stderr")
    )
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no"}
    assert not list(checks.failed([[stdout], []]))
    assert list(checks.failed([[stdout, stderr], [error]])) == ["stderr: x", "ValueError: no"]
    figure = {"output_type": "display_data", "data": {"image/png": "", "text/plain": "falls"}}
    assert pictures([[stdout], [figure]]) == [("image/png", '"falls"')]


def test_a_check_is_asked_again_until_it_finds_nothing():
    answers = iter([["a"], ["b"], []])
    assert checks.eventually(lambda: next(answers)) == []
    assert checks.eventually(lambda: ["c"], seconds=0.2) == ["c"]


def program(folder, name):
    path = folder / name
    path.write_text("")
    path.chmod(0o755)
    return str(path)


def test_chromium_is_found_where_it_is(tmp_path):
    path, own = tmp_path / "bin", tmp_path / "own"
    path.mkdir()
    nowhere = {"PATH": str(path)}
    assert chromium.find(own, nowhere) is None
    own.write_text("")
    assert chromium.find(own, nowhere) == own
    last = program(path, "google-chrome")
    assert chromium.find(own, nowhere) == last
    first = program(path, "chromium")
    assert chromium.find(own, nowhere) == first
    assert chromium.find(own, {"CHROMIUM": last, **nowhere}) == last
    with pytest.raises(ValueError, match="CHROMIUM is 'opera', which is no program"):
        chromium.find(own, {"CHROMIUM": "opera", **nowhere})

"""Checks of a page shown in a browser: each returns its faults, as sentences.

`root` is a playwright Locator of the part to be looked at.
"""

import time

PICTURES = """async root => {
  const pictures = [...root.querySelectorAll("img")];
  await Promise.all(pictures.map((picture) => {
    picture.loading = "eager";  // also those below the window
    return picture.decode().catch(() => {});
  }));
  return pictures.map((picture) => [
    picture.getAttribute("src").slice(0, 60), picture.naturalWidth, picture.alt]);
}"""

FORMULAS = r"""root => {
  const source = "code, pre, script, mjx-container, .cm-editor";
  const raw = [], texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, parent = text.parentElement;
    if (/\$|\\\(|\\\[/.test(text.data) && !parent.closest(source))
      raw.push(`a formula is not typeset: ${text.data.trim().slice(0, 60)}`);
  }
  const wrong = [...root.querySelectorAll("mjx-merror, [data-mjx-error]")];
  return [raw.concat(wrong.map((node) => `a formula is wrong: ${node.textContent.slice(0, 60)}`)),
          root.querySelectorAll("mjx-container").length];
}"""

WIDE = """() => {
  const page = document.scrollingElement, width = page.clientWidth;
  if (page.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(
    (node) => node.getBoundingClientRect().right > width + 1);
  return [`the page is ${page.scrollWidth} px wide in a window of ${width} px, `
    + `${wide.slice(-1).map((node) => node.outerHTML.slice(0, 80))} is too`];
}"""

OVERFLOWS = """() => {
  const slide = Reveal.getCurrentSlide().querySelector(".slide");
  return slide.scrollHeight <= 720 && slide.scrollWidth <= 1280 ? []
    : [`the content of ${slide.querySelector("h1, h2").textContent} is ` +
       `${slide.scrollWidth} × ${slide.scrollHeight} px`];
}"""


def eventually(check, *arguments, seconds=60):
    """The faults that a check still finds after some time, asked again until it finds none."""
    end = time.monotonic() + seconds
    while (faults := check(*arguments)) and time.monotonic() < end:
        time.sleep(0.1)
    return faults


def undecoded(root, due=None):
    """Pictures that the browser could not decode; or another number of them than are due."""
    found = root.evaluate(PICTURES)
    faults = [f"a picture is not decoded: {source}" for source, width, _ in found if not width]
    if due is not None and len(found) != due:
        faults.append(f"{len(found)} pictures instead of {due}")
    return faults


def untypeset(root, due=1):
    """Formulas that are left as they were typed, or wrong; or fewer of them than are due."""
    faults, number = root.evaluate(FORMULAS)
    return faults if number >= due else [*faults, f"{number} formulas typeset of {due}"]


def miscounted(root, due):
    """Elements of another number than is due, {selector: number}: perhaps not all are there yet."""
    found = {selector: root.locator(selector).count() for selector in due}
    return [f"{found[what]} {what} instead of {n}" for what, n in due.items() if found[what] != n]


def too_wide(page):
    """A page that has to be scrolled sideways."""
    return page.evaluate(WIDE)


def overflowing(page):
    """A slide whose content is larger than the slide."""
    return page.evaluate(OVERFLOWS)


def inaccessible(page, axe):
    """The serious and critical violations that axe-core finds; `axe` is its script."""
    page.evaluate(axe)
    options = "{resultTypes: ['violations'], preload: false}"  # it would ask for the style sheets
    violations = page.evaluate(f"axe.run({options})")["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:100]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def failed(outputs):
    """Errors and words on stderr in the outputs of a notebook's cells, a list of lists."""
    for output in (output for cell in outputs for output in cell):
        if output["output_type"] == "error":
            yield f"{output['ename']}: {output['evalue']}"
        elif output.get("name") == "stderr":
            yield f"stderr: {''.join(output['text'])[:200]}"

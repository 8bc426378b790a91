"""The live site in a page of a browser, served from a folder as for a reader."""

import contextlib
import copy
import http.server
import threading
import time
from functools import partial

import nbformat

from workshop.browser.chromium import watched
from workshop.browser.lab import PATIENCE, RESTORED, JupyterLab
from workshop.outputs import EMBEDDED, differences

READY = "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.info; }"

LEFT_OUT = {
    "image/png": "the pixels: Pyodide's matplotlib is older and draws text a little differently."
    " That a figure came, and its description, which is computed from what is drawn, is compared.",
    "stderr": "blanks: a progress bar, shown to a reader and not when outputs are stored, wipes"
    " itself out. A letter on stderr is found.",
}
"""What the comparison with the stored outputs leaves out, and why."""

A_PICTURE = (  # one black pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files; notes those that are missing, and says nothing of the others."""

    def log_message(self, *args):
        """Say nothing."""

    def log_error(self, *args):
        self.server.missing.append(self.path)

    def handle(self):
        """A page that is closed may break the connection in the middle of an answer."""
        with contextlib.suppress(ConnectionError):
            super().handle()


class Tab(JupyterLab):
    """A context in which `page` shows the site in a folder; `errors` are those of its console.

    `missing` are the files that it asked for and that are not there.
    """

    def __init__(self, site, browser):
        self.browser = browser
        handler = partial(Quiet, directory=str(site))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self.server.server_port
        self.missing = self.server.missing = []

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            self.page = self.browser.new_page(viewport={"width": 1400, "height": 900})
            self.page.set_default_timeout(1000 * PATIENCE)
            self.asked, self.errors = watched(self.page)
            self.visit("/lab/index.html")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def address(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def visit(self, path):
        """Go to an address of the site, and wait until JupyterLab stands."""
        self.page.goto(self.address(path))
        self.page.wait_for_function(RESTORED)

    def run_timed(self):
        """Run the open notebook as `run` does: (counts, outputs, seconds, of them the kernel's)."""
        start = time.monotonic()
        self.page.evaluate(READY)
        ready = time.monotonic() - start
        counts, outputs = self.run()
        return counts, outputs, time.monotonic() - start, ready


def compare(stored, fresh):
    """What distinguishes the outputs of a cell in the page, as JSON, from those that are stored.

    As at home, but for `LEFT_OUT`.
    """
    fresh = [output for output in nodes(fresh) if not is_wiped(output)]
    return differences(*map(without_pixels, (stored, fresh)))


def is_wiped(output):
    """Whether an output is what a finished progress bar leaves on stderr."""
    return output.get("name") == "stderr" and not output["text"].strip()


def nodes(outputs):
    """Outputs as JupyterLab has them, in JSON, as nbformat has them: lines of text joined."""
    outputs = [nbformat.from_dict(output) for output in outputs]
    for output in outputs:
        for holder in (output, output.get("data", {})):
            for key, value in holder.items():
                if isinstance(value, list) and key != "traceback":
                    holder[key] = "".join(value)
    return outputs


def without_pixels(outputs):
    """A copy of some outputs in which every picture of a kind of `LEFT_OUT` is the same."""
    outputs = copy.deepcopy(outputs)
    for output in outputs:
        data = output.get("data", {})
        for kind in LEFT_OUT.keys() & data.keys():
            data[kind] = A_PICTURE
        if "text/html" in data:  # a slider's pictures stand in its HTML
            data["text/html"] = EMBEDDED.sub(A_PICTURE, data["text/html"])
    return outputs

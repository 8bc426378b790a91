"""JupyterLab in a page of a browser: started on a copy of the course, asked by its own commands.

Clicking through menus is unreliable; the application itself, which `expose_app_in_browser` makes
`window.jupyterapp`, is not.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

from workshop.browser.chromium import watched
from workshop.execute import kernel_environment

TOKEN = "course"
PATIENCE = 120  # seconds until JupyterLab has to answer
LONGEST_RUN = 600  # seconds a chapter may take on a busy machine
COPIED = ("chapters", "lib", "data", ".jupyter")

OPEN = """async (path) => {
  const panel = await jupyterapp.commands.execute("docmanager:open", {path, factory: "Notebook"});
  await panel.context.ready;
  await panel.sessionContext.ready;
}"""
# True once the application stands. Asked again and again, since a page may load itself anew; its
# promise is not awaited from outside, where nothing would keep it from being collected as garbage.
RESTORED = """() => {
  if (window.jupyterapp && window.stands === undefined) {
    window.stands = false;
    jupyterapp.restored.then(() => { window.stands = true; });
  }
  return window.stands === true;
}"""
CURRENT = "jupyterapp.shell.currentWidget"
CLOSE = """async () => {
  for (const widget of [...jupyterapp.shell.widgets("main")]) {
    await widget.sessionContext?.ready;
    widget.dispose();
  }
  await jupyterapp.serviceManager.sessions.shutdownAll();
}"""
RUN = """async (seconds) => {
  const late = new Promise((_, stop) => setTimeout(stop, 1000 * seconds, "it did not end"));
  await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
  await Promise.race([late, jupyterapp.commands.execute("notebook:run-all-cells")]);
}"""
CODE = f"{CURRENT}.content.widgets.filter((cell) => cell.model.type == 'code')"
SELECT = f"""(id) => {{
  const notebook = {CURRENT}.content;
  notebook.activeCellIndex = notebook.widgets.findIndex((cell) => cell.model.id == id);
}}"""
SAYS = f"""([id, words]) => {CURRENT}.content.widgets.find((cell) => cell.model.id == id)
  .outputArea.node.textContent.includes(words)"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class JupyterLab:
    """A context in which `page` shows JupyterLab; `errors` are those of its console."""

    def __init__(self, root, folder, browser):
        self.folder, self.browser, self.port = folder / "course", browser, free_port()
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "originals")
            shutil.copytree(root / name, self.folder / name, ignore=ignored)
        settings = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        settings = [f"JUPYTER_{name}" for name in settings] + ["JUPYTERLAB_SETTINGS_DIR"]
        settings += ["JUPYTERLAB_WORKSPACES_DIR"]  # the reader's own would change what is seen
        own = {name: str(folder / name) for name in settings}
        self.environment = {**kernel_environment(), **own, "JUPYTER_PREFER_ENV_PATH": "1"}
        self.log = folder / "log.txt"

    def __enter__(self):
        command = [sys.executable, "-m", "jupyterlab", "--config=.jupyter/lab.json"]
        command += ["--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True"]
        command += [f"--ServerApp.port={self.port}", f"--IdentityProvider.token={TOKEN}"]
        with self.log.open("w", encoding="utf-8") as log:
            self.server = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        try:
            self.wait_for_server()
            self.page = self.browser.new_page(viewport={"width": 1400, "height": 900})
            self.page.set_default_timeout(1000 * PATIENCE)
            self.asked, self.errors = watched(self.page)
            self.page.goto(self.address("/"))
            self.page.wait_for_function(RESTORED)
            self.wait_for("chapters/README.md")  # `make lab` begins there
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        self.server.terminate()
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def address(self, path):
        return f"http://127.0.0.1:{self.port}{path}?token={TOKEN}"

    def wait_for_server(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(self.address("/api/status"), timeout=PATIENCE):
                    return
            except OSError:
                said = self.log.read_text(encoding="utf-8")
                assert self.server.poll() is None and time.monotonic() < end, said
                time.sleep(0.1)

    def open(self, path):
        """Open a notebook, and close everything else; returns the Locator of its cells."""
        self.page.evaluate(CLOSE)
        self.page.evaluate(OPEN, path)
        self.wait_for(path)
        return self.page.locator(".jp-Notebook:visible")

    def wait_for(self, path):
        """Wait until the document at `path` is the one in front."""
        self.page.wait_for_function(f"(path) => {CURRENT}?.context?.path == path", arg=path)

    def run(self):
        """Run the open notebook from cleared outputs; returns counts and outputs of its cells."""
        self.page.evaluate(RUN, LONGEST_RUN)
        counts = self.page.evaluate(f"{CODE}.map((cell) => cell.model.executionCount)")
        return counts, self.page.evaluate(f"{CODE}.map((cell) => cell.model.outputs.toJSON())")

    def type(self, cell, text):
        """Replace, by typing, what stands in the cell with an id, and run it and the next one."""
        self.page.evaluate(SELECT, cell)
        self.page.locator(".jp-Notebook:visible .jp-mod-active .cm-content").click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def wait_for_words(self, cell, words):
        """Wait until the cell with an id shows an output with some words in it."""
        self.page.wait_for_function(SAYS, arg=[cell, words])

    def outside(self):
        """The addresses asked for that are not the server's."""
        own = (f"http://127.0.0.1:{self.port}/", "data:", "blob:", "about:")
        return [url for url in self.asked if not url.startswith(own)]


def pictures(outputs):
    """[(kind, description)] of the pictures in the outputs of cells, a list of lists."""
    return [
        (kind, json.dumps(output["data"].get("text/plain")))
        for cell in outputs
        for output in cell
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]

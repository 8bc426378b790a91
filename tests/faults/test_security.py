"""What comes in is what was pinned, what goes out is inert, and who may listen is the reader."""

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lib import plots
from lib.plots.several import SCRIPT
from tests.notebooks.fixtures import code, notebook, picture, printed, shown, text
from workshop import npm_packages
from workshop.execute import notebook_paths
from workshop.npm_packages import fetch, read_address
from workshop.rules import Chapter

ROOT = Path(__file__).resolve().parents[2]

# --- Downloads: a server that lies, stalls and truncates ------------------------------------------

CONTENT = bytes(range(256)) * 1000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()
NAME = "a-1.0.0.tgz"


class Server(BaseHTTPRequestHandler):
    """Answers as the name of the method says that the address ends with."""

    def do_GET(self):
        self.server.asked.append(self.path)
        getattr(self, self.server.manner)()

    def say(self, body, length=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def honest(self):
        self.say(CONTENT)

    def lies(self):
        self.say(CONTENT[:-1] + b"!")

    def lies_about_the_length(self):
        self.say(CONTENT, length=1000)

    def sends_nothing(self):
        self.say(b"")

    def sends_a_page(self):
        self.say(b"<!doctype html><title>Log in to the guest network</title>")

    def truncates(self):
        self.say(CONTENT[:1000], length=len(CONTENT))

    def truncates_without_a_word(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CONTENT[:1000])

    def breaks_a_chunk(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"ffff\r\n" + CONTENT[:1000])

    def stalls(self):
        self.server.released.wait(60)

    def stalls_in_the_middle(self):
        self.say(CONTENT[:1000], length=len(CONTENT))
        self.server.released.wait(60)

    def drips(self):
        self.say(b"", length=len(CONTENT))
        while not self.server.released.wait(0.02):
            self.wfile.write(b".")

    def never_ends(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.released.is_set():
            self.wfile.write(CONTENT)

    def speaks_another_language(self):
        self.wfile.write(b"220 mail ready\r\n")

    def hangs_up(self):
        self.close_connection = True

    def is_missing(self):
        self.say(b"no such package", status=404)

    def is_down(self):
        self.say(b"try later", status=503)

    def goes_elsewhere(self):
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        self.server.manner = "honest"

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    """A registry on this machine, asked over http where the code says https; without npm.

    The scheme is a matter of its own: see `test_only_https_is_asked`.
    """
    made = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.daemon_threads = False  # so that closing the server waits for all its answers
    made.asked, made.released, made.handle_error = [], threading.Event(), lambda *_: None
    here, there = f"http://127.0.0.1:{made.server_port}", npm_packages.REGISTRY
    really = urllib.request.urlopen

    def urlopen(url, timeout):
        answer = really(url.replace(there, here), timeout=timeout)
        if answer.url.endswith("a-1.0.0.tgz"):
            answer.url = url
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(npm_packages.shutil, "which", lambda name: None)
    monkeypatch.setattr(npm_packages, "PATIENCE", 0.3)
    monkeypatch.setattr(npm_packages, "LARGEST", 10 * len(CONTENT))
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.released.set()
    made.shutdown()
    made.server_close()


def test_an_honest_server(server, tmp_path):
    server.manner = "honest"
    assert fetch("a@1.0.0", tmp_path, CHECKSUM) == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert server.asked == ["/a/-/a-1.0.0.tgz"]


BAD_MANNERS = {
    "lies": (ValueError, "a-1.0.0.tgz is not the pinned package: sha256"),
    "lies_about_the_length": (ValueError, "is not the pinned package"),
    "sends_nothing": (ValueError, "is not the pinned package"),
    "sends_a_page": (ValueError, "is not the pinned package"),
    "truncates": (OSError, "it broke off after 1000 of 256000 bytes"),
    "truncates_without_a_word": (ValueError, "is not the pinned package"),
    "breaks_a_chunk": (OSError, "the answer is no whole HTTP"),
    "stalls": (OSError, "timed out"),
    "stalls_in_the_middle": (OSError, "timed out"),
    "drips": (OSError, "bytes there was still more to come"),
    "never_ends": (OSError, "bytes there was still more to come"),
    "speaks_another_language": (OSError, "the answer is no whole HTTP"),
    "hangs_up": (OSError, "Remote end closed connection"),
    "is_missing": (OSError, "HTTP Error 404"),
    "is_down": (OSError, "HTTP Error 503"),
    "goes_elsewhere": (OSError, "elsewhere is not an https address"),
}


@pytest.mark.parametrize("manner", BAD_MANNERS)
def test_a_server_with_bad_manners(server, tmp_path, manner):
    server.manner = manner
    error, words = BAD_MANNERS[manner]
    start = time.monotonic()
    with pytest.raises(error, match=re.escape(words)) as caught:
        fetch("a@1.0.0", tmp_path, CHECKSUM)
    assert "a-1.0.0.tgz" in str(caught.value)
    assert list(tmp_path.iterdir()) == []  # nothing partial, nothing wrong
    assert time.monotonic() - start < 30
    server.manner = "honest"  # and when the server has mended its manners, all is well
    assert fetch("a@1.0.0", tmp_path, CHECKSUM) == CONTENT


def test_every_manner_is_tried():
    manners = {name for name in vars(Server) if name not in ("do_GET", "say", "log_message")}
    assert {name for name in manners if name[0] != "_"} == {"honest", *BAD_MANNERS}


def test_a_good_file_survives_a_bad_server(server, tmp_path):
    (tmp_path / NAME).write_bytes(CONTENT)
    server.manner = "lies"
    assert fetch("a@1.0.0", tmp_path, CHECKSUM) == CONTENT
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://a.b/c", "ftp://a.b/c", "file:///etc/hosts", "/c", "HTTPS"])
def test_only_https_is_asked(url, monkeypatch):
    asked = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: asked.append(url))
    with pytest.raises(OSError, match=re.escape(f"{url} is not an https address")):
        read_address(url)
    assert asked == []


def test_the_registry_is_asked_over_https():
    assert npm_packages.address("@a/b@1.0.0").startswith("https://")


NPM = {
    "stalls": ("sleep 60", "timed out after"),
    "fails": ("echo E404 >&2; exit 1", "npm could not fetch a@1.0.0: E404"),
    "brings nothing": ("exit 0", "No such file"),
    "brings half": (f"printf half > {NAME}", "is not the pinned package"),
    "is broken off": (f"printf half > {NAME}; exit 1", "npm could not fetch a@1.0.0"),
}


@pytest.mark.skipif(os.name != "posix", reason="the npm of this test is a shell script")
@pytest.mark.parametrize("script, words", NPM.values(), ids=NPM)
def test_an_npm_with_bad_manners(tmp_path, monkeypatch, script, words):
    npm, folder = tmp_path / "npm", tmp_path / "packages"
    npm.write_text(f"#!/bin/sh\n{script.replace('sleep', 'exec sleep')}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(npm_packages.shutil, "which", lambda name: str(npm))
    monkeypatch.setattr(npm_packages, "PATIENCE", 0.03)
    with pytest.raises((OSError, ValueError), match=re.escape(words)):
        fetch("a@1.0.0", folder, CHECKSUM)
    assert list(folder.iterdir()) == []


def unpinned(lines):
    """The lines of a file of checksums that do not pin a package by a SHA-256."""
    return [line for line in lines if not re.fullmatch(r"[0-9a-f]{64} [ *]\S+\.(?:tgz|whl)", line)]


def test_every_download_is_pinned():
    lines = npm_packages.CHECKSUMS.read_text(encoding="utf-8").splitlines()
    assert lines and unpinned(lines) == []
    assert unpinned([lines[0][1:], lines[0].replace(" ", " x "), ""]) != []
    assert len(unpinned([lines[0][1:], lines[0].partition(" ")[0], ""])) == 3


FETCHING = (
    r"\burlopen\b|\burlretrieve\b|\brequests\.|\bhttpx\b|http\.client|\bcurl\b|\bwget\b|fetch_"
)


def fetchers(root):
    """The files of the course, tests aside, that could fetch something."""
    found = []
    for folder in ("lib", "data", "chapters", ".workshop"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".ipynb", ".js", ".sh") and "static" not in path.parts:
                source = path.read_text(encoding="utf-8")
                if path.suffix == ".ipynb":
                    cells = json.loads(source)["cells"]
                    source = "\n".join("".join(cell["source"]) for cell in cells)
                if re.search(FETCHING, source):
                    found.append(path.relative_to(root).as_posix())
    return found


def test_nothing_else_fetches(tmp_path):
    workshop = ".workshop/workshop/"
    allowed = {
        "npm_packages.py",
        "render_cats.py",
        "browser/lab.py",
    }  # the last asks its own server
    assert set(fetchers(ROOT)) <= {workshop + name for name in allowed}
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "sly.py").write_text("from urllib.request import urlopen")
    assert fetchers(tmp_path) == ["lib/sly.py"]


# --- Stored outputs are inert ---------------------------------------------------------------------

KINDS = {"text/plain", "text/html", "image/png"}
TAGS = {"table", "thead", "tbody", "tr", "td", "th", "details", "summary", "b", "i", "code"}
TAGS |= {"ul", "li"}
TAGS |= {"sub", "sup", "br", "em", "strong", "kbd", "a", "img", "figure", "figcaption", "small"}
ATTRIBUTES = {"style": r"text-align: (left|right|center)", "open": r"", "alt": r"[^<>]*"}
ATTRIBUTES |= {name: r"(https://|#|(?![a-zA-Z][\w+.-]*:|//))[^\s<>]*" for name in ("href", "src")}


ATTRIBUTES |= {"class": r"slider", "width": r"\d+"}
PICTURE = re.compile(r'(?<=src=")data:image/png;base64,[\w+/=]+(?=")')
"""What may be embedded in an output; a PNG does nothing but show."""


class Suspect(HTMLParser):
    """Collects what in a piece of HTML could do more than be read."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            if name not in ATTRIBUTES or not re.fullmatch(ATTRIBUTES[name], value or ""):
                self.found.append(f'<{tag} {name}="{value}">')

    def handle_decl(self, decl):
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data):
        self.found.append(f"<?{data}>")


def active(chapter):
    """What a stored chapter holds that could do more than be read: sentences."""
    for cell, output in chapter.outputs:
        for kind, value in output.get("data", {}).items():
            if kind not in KINDS:
                yield f"{cell.name} has an output of type {kind}"
            elif kind == "text/html":
                # The slider's script, to the letter, is the only one that an output may hold.
                inert = PICTURE.sub("", value.replace(f"<script>{SCRIPT}</script>", ""))
                yield from (f"{cell.name} holds {what}" for what in Suspect(inert).found)
    for cell in chapter.markdown:
        prose = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", "", cell.node.source, flags=re.DOTALL)
        yield from (f"{cell.name} holds {what}" for what in Suspect(prose).found)
        for target in re.findall(r"\]\(\s*([a-zA-Z]+):", prose):
            if target.lower() not in ("https", "http"):
                yield f"{cell.name} links to {target}:"


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_stored_chapters_are_inert(path):
    assert list(active(Chapter.read(path))) == []


HARMLESS = '<table><tr><td style="text-align: right">1 &lt; 2</td></tr></table>'
HARMFUL = [
    "<script>go()</script>",
    "<SCRIPT src=//elsewhere.example/x.js></SCRIPT>",
    "<img src=x onerror=go()>",
    "<svg onload=go()></svg>",
    "<b onmouseover='go()'>x</b>",
    "<a href='javascript:go()'>x</a>",
    "<a href='JavaScript&#58;go()'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<iframe src='https://elsewhere.example'></iframe>",
    "<object data=x></object>",
    "<embed src=x>",
    "<style>td {background: url(https://elsewhere.example/x)}</style>",
    '<td style="background: url(https://elsewhere.example/x)">1</td>',
    "<meta http-equiv=refresh content='0; url=https://elsewhere.example'>",
    "<form action=x><button>x</button></form>",
    "<img src='http://elsewhere.example/pixel.png'>",
    "<?php go() ?>",
    "<!doctype html>",
]


def chapter(*cells):
    """A chapter of these cells."""
    return Chapter(Path("01_small.ipynb"), notebook(*cells))


def test_a_table_a_picture_and_a_link_are_inert():
    html, png = shown(text_html=HARMLESS, text_plain="1"), shown(image_png=picture())
    links = text("t", "[a](02_b.ipynb#C), <https://a.example> ![b](b.png) `<script>` $a<b$")
    links.source = links.source.replace("<https://a.example> ", "")
    assert list(active(chapter(code("c", "1", html, png, printed("<script>")), links))) == []


def slider():
    """The HTML of a slider as the library makes it."""
    return plots.slider(lambda k: plots.bars({"a": k}, "n"), [1, 2], "count").html


def test_a_slider_is_inert():
    assert list(active(chapter(code("c", "1", shown(text_html=slider()))))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<script>", "<script>go();"),
        ("<script>", "<script src='https://elsewhere.example/x.js'>"),
        ("data:image/png", "data:image/svg+xml"),
        ("data:image/png", "http://elsewhere.example/x"),
        ('class="slider"', 'class="slider" onclick="go()"'),
        ('class="slider"', 'class="jp-Dialog"'),
    ],
)
def test_a_slider_with_more_in_it_is_found_out(old, new):
    html = slider().replace(old, new, 1)
    assert html != slider()
    assert list(active(chapter(code("c", "1", shown(text_html=html)))))


@pytest.mark.parametrize("html", HARMFUL)
def test_what_acts_is_found_out(html):
    assert list(active(chapter(code("c", "1", shown(text_html=html)))))
    assert list(active(chapter(text("t", f"Words.\n\n{html}\n"))))


@pytest.mark.parametrize(
    "kind", ["application_javascript", "image_svg+xml", "application_vnd.jupyter.widget-view+json"]
)
def test_kinds_that_act_are_found_out(kind):
    name = kind.replace("_", "/", 1)
    found = list(active(chapter(code("c", "1", shown(**{kind: "x"})))))
    assert found == [f"cell 0 (c) has an output of type {name}"]


def test_a_link_that_acts_is_found_out():
    found = list(active(chapter(text("t", "[x](javascript:go())"))))
    assert found == ["cell 0 (t) links to javascript:"]


# --- make lab: who may listen ---------------------------------------------------------------------

CONFIG = ROOT / ".jupyter" / "lab.json"


def start_lab(home, *arguments):
    """JupyterLab as `make lab` starts it, without a browser, and with no settings but ours."""
    environment = {key: v for key, v in os.environ.items() if not key.startswith("JUPYTER")}
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment |= {f"JUPYTER_{name}": str(home / name.lower()) for name in folders}
    command = [sys.executable, "-m", "jupyterlab", f"--config={CONFIG}"]
    more = ["--no-browser", "--port=0", "--ServerApp.allow_root=True", *arguments]
    with open(home / "told.txt", "w") as told:
        lab = subprocess.Popen([*command, *more], cwd=ROOT, env=environment, stderr=told)
    lab.told = home / "told.txt"
    return lab


def lab_address(lab):
    """(address, token) that JupyterLab tells its reader, when it is ready."""
    for _ in range(1200):
        told = lab.told.read_text(encoding="utf-8")
        if found := re.search(r"(http://[^/\s]+)/lab[^\s?]*(?:\?token=(\S+))?\s", told):
            return found[1], found[2] or ""
        assert lab.poll() is None, told
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab names no address: {told}")


def listening(lab):
    """The addresses that a process listens on."""
    import psutil

    process = psutil.Process(lab.pid)
    found = []
    for one in [process, *process.children(recursive=True)]:
        found += [c.laddr.ip for c in one.net_connections("inet") if c.status == "LISTEN"]
    return found


def status(url):
    """The status of an answer; redirections are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
        return opener.open(url, timeout=60).status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def open_doors(lab):
    """What in a running JupyterLab lets in others than its reader: sentences."""
    address, token = lab_address(lab)
    found = [f"it listens on {ip}" for ip in listening(lab) if ip not in ("127.0.0.1", "::1")]
    if len(token) < 32:
        found.append("its token is short")
    for path in ("/api/contents", "/api/kernels", "/lab", "/files/README.md"):
        if status(f"{address}{path}") == 200:
            found.append(f"{path} is open to all")
        if status(f"{address}{path}?token={token[::-1]}") == 200:
            found.append(f"{path} is open with a wrong token")
    assert status(f"{address}/api/contents?token={token}") == 200
    return found


@pytest.fixture
def lab(tmp_path):
    """A function that starts JupyterLab; it ends with the test."""
    started = []

    def start(*arguments):
        started.append(start_lab(tmp_path, *arguments))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_make_lab_is_for_its_reader_only(lab):
    assert f"--config={CONFIG.relative_to(ROOT)}" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert open_doors(lab()) == []


def test_an_open_lab_is_found_out(lab):
    found = open_doors(lab("--ServerApp.ip=0.0.0.0", "--IdentityProvider.token="))
    assert {"it listens on 0.0.0.0", "its token is short", "/lab is open to all"} <= set(found)


SAFE = {"ServerApp": {"ip", "root_dir"}, "LabApp": {"default_url", "app_settings_dir"}}


def unsafe(settings):
    """Settings that could open a door, because they are not on the list of those that do not."""
    found = [f"{a}.{b}" for a in settings for b in settings[a] if b not in SAFE.get(a, ())]
    if settings.get("ServerApp", {}).get("ip") != "127.0.0.1":
        found.append("ServerApp.ip")
    return found


def test_the_settings_open_no_door():
    settings = json.loads(CONFIG.read_text(encoding="utf-8"))
    assert unsafe(settings) == []
    settings["ServerApp"] |= {"ip": "*", "token": "", "allow_origin": "*"}
    assert unsafe(settings) == ["ServerApp.token", "ServerApp.allow_origin", "ServerApp.ip"]


# --- Dependencies are audited ---------------------------------------------------------------------


def unaudited(workflow):
    """What a workflow lacks of an audit of the packages at every push and every week."""
    needs = {
        "at every push": r"^  push:",
        "every week": r'^    - cron: "\S+ \S+ \* \* \d"',
        "an audit": r"^ +- run: .*pip_audit\b",
        "the packages of the course": r"^ +- run: .*pip install .*-r requirements\.txt .*pip-audit",
    }
    lacks = [what for what, line in needs.items() if not re.search(line, workflow, re.MULTILINE)]
    return lacks + re.findall(r"uses: (?!actions/[\w-]+@v\d+$).*", workflow, re.MULTILINE)


def test_dependencies_are_audited():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert unaudited(workflow) == []
    assert unaudited(workflow.replace("-m pip_audit", "-m pip check")) == ["an audit"]
    assert unaudited(workflow.replace('cron: "', 'cron: "x')) == []
    assert unaudited(workflow.replace("- cron:", "- chron:")) == ["every week"]
    assert unaudited(workflow.replace("checkout@v4", "checkout@main"))[0].endswith("@main")

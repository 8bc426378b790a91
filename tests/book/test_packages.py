"""Packages of the npm registry are fetched once, verified always, and refused if they differ."""

import hashlib
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from workshop import npm_packages

CONTENT = b"a tarball"
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def downloads(monkeypatch):
    """Answers every download with CONTENT, and lists what was asked for."""
    asked = []

    def download(package, path):
        asked.append(package)
        path.write_bytes(CONTENT)

    monkeypatch.setattr(npm_packages, "download", download)
    return asked


@pytest.mark.parametrize(
    "package, name, address",
    [
        ("mathjax@3.2.2", "mathjax-3.2.2.tgz", "/mathjax/-/mathjax-3.2.2.tgz"),
        ("@a-b/c-d@1.2.0", "a-b-c-d-1.2.0.tgz", "/@a-b/c-d/-/c-d-1.2.0.tgz"),
    ],
)
def test_names_and_addresses(package, name, address):
    assert npm_packages.tarball_name(package) == name
    assert npm_packages.address(package) == npm_packages.REGISTRY + address


def test_a_package_is_fetched_once(tmp_path, downloads):
    for _ in range(2):
        assert npm_packages.fetch("a@1.0.0", tmp_path / "new", CHECKSUM) == CONTENT
    assert downloads == ["a@1.0.0"]


def test_a_broken_one_is_fetched_anew(tmp_path, downloads):
    (tmp_path / "a-1.0.0.tgz").write_bytes(CONTENT[:-1])
    assert npm_packages.fetch("a@1.0.0", tmp_path, CHECKSUM) == CONTENT
    assert (tmp_path / "a-1.0.0.tgz").read_bytes() == CONTENT


def test_another_one_is_refused_and_removed(tmp_path, downloads):
    with pytest.raises(ValueError, match=r"not the pinned package: sha256 .*, need 000"):
        npm_packages.fetch("a@1.0.0", tmp_path, "0" * 64)
    assert not list(tmp_path.iterdir())


def test_npm_fails(tmp_path, monkeypatch):
    def run(command, **kwargs):
        assert "--ignore-scripts" in command
        raise subprocess.CalledProcessError(1, command, stderr=b"npm error ECONNREFUSED\n")

    monkeypatch.setattr(npm_packages.shutil, "which", lambda name: "npm")
    monkeypatch.setattr(npm_packages.subprocess, "run", run)
    with pytest.raises(OSError, match=r"npm could not fetch a@1\.0\.0: npm error ECONN"):
        npm_packages.fetch("a@1.0.0", tmp_path, CHECKSUM)
    assert not list(tmp_path.iterdir())


def test_without_npm_the_registry_is_asked(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(npm_packages.shutil, "which", lambda name: None)
    monkeypatch.setattr(npm_packages, "read_address", lambda url: asked.append(url) or CONTENT)
    assert npm_packages.fetch("a@1.0.0", tmp_path, CHECKSUM) == CONTENT
    assert asked == ["https://registry.npmjs.org/a/-/a-1.0.0.tgz"]


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *args):
        """Say nothing."""


def test_only_https_is_believed(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(OSError, match="is not an https address"):
            npm_packages.read_address(f"http://127.0.0.1:{server.server_port}/a.tgz")

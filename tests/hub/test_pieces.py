"""What the hub is made of, without a hub: the class list, a student's home, the proxy's lock."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from workshop import ROOT, entered
from workshop.hub import class_list, proxy, student
from workshop.teacher import confined

LIST = "# a class\nada\n\nbo  kept-password\n"


# --- The class list ------------------------------------------------------------------------------


def test_who_has_no_password_gets_one_and_who_has_one_keeps_it(tmp_path):
    path = tmp_path / "class.txt"
    path.write_text(LIST, encoding="utf-8")
    assert class_list.passwords(path) == {"bo": "kept-password"}
    class_list.complete(path)
    first = class_list.passwords(path)
    assert first.keys() == {"ada", "bo"} and first["bo"] == "kept-password"
    assert len(first["ada"]) == 12
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [lines[0], *lines[2:]] == ["# a class", "", "bo  kept-password"]
    class_list.complete(path)
    assert class_list.passwords(path) == first
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["class.txt"]


@pytest.mark.parametrize(
    ("line", "words"),
    [("Ada", "line 3 is not"), ("../x", "line 3 is not"), ("a b c", "line 3 is not"),
     ("x" * 40, "line 3 is not"), ("bo", "line 3 names bo a second time")],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_list_stays(tmp_path, line, words):
    path = tmp_path / "class.txt"
    path.write_text(f"ada\nbo\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        class_list.complete(path)
    assert path.read_text(encoding="utf-8") == f"ada\nbo\n{line}\n"


# --- A student's home ----------------------------------------------------------------------------

needs_links = pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")


@needs_links
def test_a_home_gets_what_it_lacks_and_keeps_what_was_changed(tmp_path):
    student.lay_out(tmp_path)
    chapter = tmp_path / "chapters" / "01_logistic_regression.ipynb"
    theirs = ROOT / "chapters" / chapter.name
    assert chapter.read_bytes() == theirs.read_bytes()
    assert (tmp_path / "lib" / "__init__.py").samefile(ROOT / "lib" / "__init__.py")
    chapter.write_text("mine", encoding="utf-8")
    (tmp_path / "chapters" / "00_notation.ipynb").unlink()
    student.lay_out(tmp_path)
    assert chapter.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "chapters" / "00_notation.ipynb").is_file()


@needs_links
def test_the_folder_that_stands_in_the_way_is_named(tmp_path):
    inner = tmp_path / "shut" / "open"
    inner.mkdir(parents=True)
    assert entered.shut(inner) != tmp_path / "shut"
    (tmp_path / "shut").chmod(0o700)
    with_open_parents = [each for each in tmp_path.parents if not each.stat().st_mode & 0o001]
    due = with_open_parents[-1] if with_open_parents else tmp_path / "shut"
    if not tmp_path.stat().st_mode & 0o001 and not with_open_parents:
        due = tmp_path
    assert entered.shut(inner) == due
    assert str(due) in entered.obstacle([inner])
    assert entered.obstacle([]) is None


# --- The proxy -----------------------------------------------------------------------------------


def test_each_file_of_the_proxy_has_a_checksum_and_one_version():
    lock = json.loads((proxy.HERE / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((proxy.HERE / "package.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    for name, version in asked["dependencies"].items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_a_proxy_that_is_not_the_locked_one_is_refused(tmp_path):
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip(proxy.NO_NODE)
    try:
        proxy.install()
    except OSError as error:
        pytest.skip(f"the hub's proxy cannot be had: {error}")
    locked = tmp_path / "locked"
    locked.mkdir()
    for name in proxy.LOCKED:
        shutil.copyfile(proxy.HERE / name, locked / name)
    path = locked / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    entry = lock["packages"]["node_modules/configurable-http-proxy"]
    entry["integrity"] = "sha512-" + "A" * 86 + "=="
    path.write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(OSError, match="npm could not install"):
        proxy.install(tmp_path / "proxy", locked)
    assert not (tmp_path / "proxy" / "made-from.json").exists()


def test_without_node_the_command_says_what_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(proxy.shutil, "which", lambda name: None)
    assert proxy.main() == 1
    assert "Node.js and npm are not installed" in capsys.readouterr().err


# --- The kernel of submissions -------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="submissions are confined on Linux alone")
def test_a_kernel_ends_when_its_time_is_over(tmp_path):
    """As an ordinary user, or as root where Python can be read by all; it leaves nothing behind."""
    if os.geteuid() == 0 and entered.obstacle():
        pytest.skip(f"root cannot grade safely here: {entered.obstacle()}")
    connection = tmp_path / "connection.json"
    connection.write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", confined.__name__, "-f", str(connection)]
    environment = {**os.environ, confined.SECONDS: "1", "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "time for this notebook was over" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["connection.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="submissions are confined on Linux alone")
def test_root_does_not_grade_where_it_would_grade_as_root(monkeypatch, capsys):
    monkeypatch.setattr(confined.os, "geteuid", lambda: 0)
    monkeypatch.setattr(confined.entered, "obstacle", lambda: "it is shut")
    assert confined.main(["-f", "connection.json"]) == 1
    assert "Root cannot grade safely here: it is shut" in capsys.readouterr().err

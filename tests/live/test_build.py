"""`make live` without a network and without a browser: what it takes, refuses and leaves alone."""

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile

import pytest

from workshop.execute import chapter_paths
from workshop.live import build, files, wheels


def digest(content):
    return hashlib.sha256(content).hexdigest()


def entry(name, *depends):
    """What a lock says about a package whose file holds the package's name."""
    file = f"{name}-1.0-py3-none-any.whl"
    return {"file_name": file, "sha256": digest(name.encode()), "depends": list(depends)}


LOCK = {
    "info": {"version": "0"},
    "packages": {
        "numpy": entry("numpy", "openblas"),
        "openblas": entry("openblas"),
        "h5py": entry("h5py", "numpy", "pkgconfig"),
        "pkgconfig": entry("pkgconfig"),
        "prompt-toolkit": entry("prompt-toolkit"),
        "ipython": entry("ipython", "prompt_toolkit"),
        "pandas": entry("pandas", "numpy"),
    },
}
NEEDED = ["numpy", "openblas", "prompt-toolkit", "ipython"]


class Nowhere:
    """A place that has nothing, and counts how often it was asked."""

    def __init__(self):
        self.asked = []

    def __str__(self):
        return "nowhere"

    def read(self, name):
        self.asked.append(name)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def shelf(tmp_path):
    """A folder that holds every file of the lock but h5py's and pkgconfig's."""
    folder = tmp_path / "shelf" / "deep"
    folder.mkdir(parents=True)
    for name in [*NEEDED, "pandas"]:
        (folder / entry(name)["file_name"]).write_bytes(name.encode())
    return folder.parent


@pytest.fixture
def offline(monkeypatch):
    """A small distribution, nothing on the network, and a JupyterLite that copies its source."""

    def jupyterlite(source, site):
        shutil.copytree(source, site)

    monkeypatch.setattr(build, "NEEDED", [])
    monkeypatch.setattr(files, "runtime", lambda cache: ({"pyodide.js": b"js"}, dict(LOCK)))
    monkeypatch.setattr(files, "pure_wheels", lambda cache: {})
    monkeypatch.setattr(build, "kernel_wheels", lambda: {})
    monkeypatch.setattr(build, "run_jupyterlite", jupyterlite)
    monkeypatch.setattr(build, "library", lambda: wheels.wheel("us", "1.0", {"lib/a.py": b"1"}))
    monkeypatch.setattr(
        files, "places", lambda named, cache: [*map(files.Folder, named), files.Kept(cache)]
    )


# --- Wheels --------------------------------------------------------------------------------------


def test_a_wheel_holds_what_it_records():
    name, content = wheels.wheel("a-course", "1.2", {"lib/a.py": b"x = 1\n", "data/b.h5": b"\0"})
    assert name == "a_course-1.2-py3-none-any.whl"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        record = archive.read("a_course-1.2.dist-info/RECORD").decode()
        rows = {path: (told, size) for path, told, size in csv.reader(record.splitlines())}
        assert rows.keys() == set(archive.namelist())
        for path, (told, size) in rows.items():
            if told:
                assert told == f"sha256={wheels.encoded(archive.read(path))}"
                assert int(size) == len(archive.read(path))
    assert wheels.wheel("a-course", "1.2", {"lib/a.py": b"x = 1\n", "data/b.h5": b"\0"}) == (
        name,
        content,
    )


def test_a_wheel_in_the_lock_is_loaded_with_what_it_needs_when_it_is_imported():
    found = wheels.lock_entry(*wheels.wheel("h5py", "0+a", {"h5py/__init__.py": b""}), ["numpy"])
    assert found["imports"] == ["h5py"] and found["depends"] == ["numpy"]
    assert found["name"] == "h5py" and found["version"] == "0+a"


def test_the_wheel_of_the_library_brings_all_modules_and_the_data():
    name, content = build.library()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        modules = {"lib/__init__.py", "lib/exercises/ch01.py", "lib/plots/slider.js"}
        assert modules | {"data/cats_augmented.h5"} <= set(archive.namelist())
        info = next(path for path in archive.namelist() if path.endswith("METADATA"))
        assert "Requires-Dist" not in archive.read(info).decode()
    assert wheels.lock_entry(name, content)["imports"] == ["lib"]


# --- Places --------------------------------------------------------------------------------------


def test_needed_follows_what_packages_need():
    found = files.needed(LOCK, ["h5py", "ipython", "unheard-of"])
    assert sorted(found) == sorted([*NEEDED, "h5py", "pkgconfig"])


def test_a_file_is_found_in_a_folder_and_in_an_archive(shelf, cache, tmp_path):
    wanted = entry("numpy")
    archive = tmp_path / "all.whl"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(shelf / "deep" / wanted["file_name"], f"inside/{wanted['file_name']}")
    for place in (shelf, archive):
        places = [files.Folder(place), files.Kept(cache)]
        assert files.collect(wanted["file_name"], wanted["sha256"], places) == b"numpy"


def test_another_file_of_that_name_is_refused(shelf, cache):
    wanted = entry("numpy")
    (shelf / "deep" / wanted["file_name"]).write_bytes(b"something else")
    with pytest.raises(files.Refused, match=r"numpy-1\.0.* has sha256 .*; the lock has"):
        files.collect(
            wanted["file_name"], wanted["sha256"], [files.Folder(shelf), files.Kept(cache)]
        )


def test_what_was_fetched_is_kept_and_a_broken_one_fetched_anew(cache):
    class Network(Nowhere):
        def read(self, name):
            super().read(name)
            return b"numpy"

    wanted, network = entry("numpy"), Network()
    for _ in range(2):
        places = [files.Kept(cache), network]
        assert files.collect(wanted["file_name"], wanted["sha256"], places) == b"numpy"
    assert len(network.asked) == 1
    (cache / wanted["file_name"]).write_bytes(b"num")
    places = [files.Kept(cache), network]
    assert files.collect(wanted["file_name"], wanted["sha256"], places) == b"numpy"
    assert (cache / wanted["file_name"]).read_bytes() == b"numpy"
    assert [path.name for path in cache.iterdir()] == [wanted["file_name"]]


def test_a_missing_file_says_where_it_was_looked_for(shelf, cache):
    places = [files.Folder(shelf), files.Kept(cache), Nowhere()]
    with pytest.raises(files.Missing) as missing:
        files.collect("h5py.whl", "0", places)
    assert str(missing.value) == f"h5py.whl is in none of: {shelf}; {cache}; nowhere"


def test_a_network_that_does_not_answer_is_asked_once(monkeypatch):
    asked = []

    def read_address(url):
        asked.append(url)
        raise OSError("no route")

    monkeypatch.setattr(files, "read_address", read_address)
    place = files.Distribution()
    assert place.read("a.whl") is place.read("b.whl") is None
    assert asked == [f"{files.Distribution.address}/a.whl"]
    assert "no route" in str(place)


def test_a_package_of_pypi_is_fetched_once_and_left_nowhere(monkeypatch, tmp_path):
    folders = []

    def download(requirement, folder):
        folders.append(folder)
        with zipfile.ZipFile(folder / "a.whl", "w") as archive:
            archive.writestr("inside/numpy.whl", b"numpy")
        return folder / "a.whl"

    monkeypatch.setattr(files, "download", download)
    place = files.Package("a==1.0")
    assert place.read("numpy.whl") == place.read("numpy.whl") == b"numpy"
    assert place.read("scipy.whl") is None
    assert len(folders) == 1 and not folders[0].exists()


def test_a_package_that_cannot_be_had_is_asked_for_once(monkeypatch):
    asked = []

    def download(requirement, folder):
        asked.append(requirement)
        raise OSError("no route")

    monkeypatch.setattr(files, "download", download)
    place = files.Package("a==1.0")
    assert place.read("numpy.whl") is place.read("numpy.whl") is None
    assert asked == ["a==1.0"] and "no route" in str(place)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(files.Missing, match="is no folder and no archive"):
        files.Folder(tmp_path / "absent")


def test_the_environment_names_folders(tmp_path):
    named = files.named_by_environment({"COURSE_LIVE_FILES": f"{tmp_path}{files.os.pathsep}x.whl"})
    assert named == [tmp_path, files.Path("x.whl")]
    assert files.named_by_environment({}) == []


# --- The build -----------------------------------------------------------------------------------


def test_the_site_is_built_without_what_is_optional_and_says_so(offline, shelf, cache, tmp_path):
    (told,) = build.build(tmp_path / "_live", [shelf], cache=cache)
    assert told.startswith("h5py-1.0-py3-none-any.whl is in none of")
    pyodide = tmp_path / "_live" / "static" / "pyodide"
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert sorted(lock["packages"]) == sorted([*NEEDED, "lib"])
    assert lock["packages"]["lib"]["depends"] == ["numpy"]
    for package in lock["packages"].values():
        assert digest((pyodide / package["file_name"]).read_bytes()) == package["sha256"]


def test_a_stand_in_takes_the_place_of_what_is_missing_only(offline, shelf, cache, tmp_path):
    made = []

    def stand_in():
        made.append("h5py")
        return wheels.wheel("h5py", "0+stand.in", {"h5py/__init__.py": b""})

    pyodide = tmp_path / "_live" / "static" / "pyodide"
    assert build.build(tmp_path / "_live", [shelf], {"h5py": stand_in}, cache)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]["h5py"]["version"] == "0+stand.in" and made == ["h5py"]
    assert lock["packages"]["lib"]["depends"] == ["h5py", "numpy"]
    for name in ("h5py", "pkgconfig"):
        (shelf / entry(name)["file_name"]).write_bytes(name.encode())
    assert build.build(tmp_path / "_live", [shelf], {"h5py": stand_in}, cache) == []
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]["h5py"] == LOCK["packages"]["h5py"] and made == ["h5py"]


@pytest.mark.parametrize("content", [None, b"something else"])
def test_a_missing_or_altered_file_stops_the_build_and_changes_nothing(
    offline, shelf, cache, tmp_path, content
):
    output = tmp_path / "_live"
    build.build(output, [shelf], cache=cache)
    before = sorted(output.rglob("*"))
    file = shelf / "deep" / entry("openblas")["file_name"]
    file.write_bytes(content) if content else file.unlink()
    with pytest.raises(build.BuildError, match="collecting the files of Pyodide") as stopped:
        build.build(output, [shelf], cache=cache)
    assert file.name in str(stopped.value)
    assert ("Remove that file" if content else "--files FOLDER") in str(stopped.value)
    assert sorted(output.rglob("*")) == before
    assert not list(tmp_path.glob("_live.*"))


def test_a_folder_that_is_no_site_is_not_replaced(offline, shelf, cache, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(build.BuildError, match="holds something else"):
        build.build(tmp_path / "mine", [shelf], cache=cache)
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "dear"


def test_what_is_not_installed_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "NEEDED", ["jupyterlite_that_is_not_there"])
    with pytest.raises(build.BuildError, match=r"not_there not installed: run `make live`"):
        build.build(tmp_path / "_live")


def test_the_command_tells_what_still_works_without_h5py(
    offline, shelf, cache, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(build, "CACHE", cache)
    output = tmp_path / "_live"
    assert build.main(["--files", str(shelf), "--output", str(output)]) == 0
    said = capsys.readouterr().out
    assert "left out: h5py-1.0" in said and "01_logistic_regression" in said
    assert "python" in said and "http.server" in said
    (shelf / "deep" / entry("numpy")["file_name"]).unlink()
    assert build.main(["--files", str(shelf), "--output", str(output)]) == 1
    assert "_live/ is as it was before." in capsys.readouterr().err


def test_every_chapter_and_what_it_links_to_is_in_the_site(tmp_path):
    (tmp_path / "contents").mkdir()
    build.contents(tmp_path / "contents")
    chapters = tmp_path / "contents" / "chapters"
    assert [path.name for path in chapter_paths(chapters)] == [p.name for p in chapter_paths()]
    for path in chapter_paths(chapters):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [o["text"] for cell in cells for o in cell.get("outputs", []) if "text" in o]
        assert texts and not [text for text in texts if not isinstance(text, str)]
    page = (chapters / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# ") and "in a browser tab" in page and "| Chapter |" in page
    assert (tmp_path / "contents" / "lib" / "__init__.py").is_file()
    assert (tmp_path / "contents" / "data" / "cats_small.h5").is_file()


def test_the_front_page_opens_what_the_contents_link_to():
    page = build.front_page("# A\n\n[b](01_b.ipynb), [c](../lib/c.py), [d](https://d.e), [f](#f)")
    found = re.findall('href="(.*?)"', page.partition("<body>")[2])
    opened = ["lab/index.html?path=chapters/01_b.ipynb", "lab/index.html?path=lib/c.py"]
    assert found == [*opened, "https://d.e", "#f"]
    assert 'data-jupyter-lite-root="."' in page and "<h1>A</h1>" in page


# --- Published together --------------------------------------------------------------------------

PAGES = (build.ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8")


def beside(workflow):
    """Whether the book's links lead to the folder in which the workflow puts the live site."""
    (linked,) = re.findall(r"make book .*--live (\S+?)/? ", workflow)
    (put,) = re.findall(r"make live .*--output _book/(\w+)", workflow)
    return linked == put


def test_the_published_book_leads_to_the_published_site():
    assert beside(PAGES)


def test_a_published_book_that_leads_elsewhere_is_found():
    assert not beside(PAGES.replace("--live live/", "--live run/"))

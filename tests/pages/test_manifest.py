"""CI runs a page if something that it uses changed: on a small project, with planted changes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from . import manifest
from .inputs import ROOT, files_of

SCRIPTS = ("manifest.py", "inputs.py")  # the project has a small run.py of its own, which needs no matplotlib
FILES = {
    "tests/pages/pictures.py": "",
    "tests/pages/run.py": "import pictures, runpy, sys\nrunpy.run_path(sys.argv[1], run_name='__main__')\n",
    "setup.py": "",
    "scratchgen/__init__.py": "",
    "scratchgen/used.py": "from pathlib import Path\ntext = Path(__file__).with_name('data.txt').read_text()\n",
    "scratchgen/data.txt": "data",
    "scratchgen/unused.py": "",
    "kernels/scratchgen_kernels/__init__.py": "",
    "kernels/scratchgen_kernels/cython_.pyx": "",
    "tutorials/0.1_first.py": "",  # its turn is always, because there are no commits
    "tutorials/0.2_lazy.py": "from importlib import import_module\nimport_module('scratchgen.used')\n",
    "tutorials/0.3_kernel.py": "import scratchgen_kernels\n",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A project of three pages, whose manifest was written."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for script in SCRIPTS:
        shutil.copy(Path(__file__).with_name(script), folder / "tests" / "pages")
    status, lines = run(folder, "--write")
    assert status == 0 and [line[:3] for line in lines] == ["ran"] * 3, lines
    return folder


@pytest.fixture
def project(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


def run(project, *options):
    """(exit status, lines of the output)"""
    script = project / "tests" / "pages" / "manifest.py"
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(project.parent)}
    done = subprocess.run(
        [sys.executable, script, *options], capture_output=True, text=True, env=environment, timeout=300
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def pages_that_ran(project):
    status, lines = run(project)
    assert status == 0, lines
    return [line.split()[3] for line in lines if line.startswith("ran ")]


def append(file, text="\n# a change\n"):
    file.write_text(file.read_text() + text)


def test_the_manifest_names_the_files_that_a_page_uses_though_no_import_statement_does(written):
    files = json.loads((written / "tests" / "pages" / "manifest.json").read_text())["files"]
    assert files["scratchgen/used.py"] == files["scratchgen/data.txt"] == "0.2"
    assert files["kernels/scratchgen_kernels/cython_.pyx"] == files["setup.py"] == "0.3"
    assert files["tests/pages/pictures.py"] == files["tests/pages/run.py"] == "0.1 0.2 0.3"
    assert files["tutorials/0.2_lazy.py"] == "0.2"
    assert "scratchgen/unused.py" not in files and "tests/pages/manifest.py" not in files


@pytest.mark.parametrize(
    ("file", "pages"),
    [
        ("tutorials/0.2_lazy.py", ["0.2_lazy.py"]),
        ("scratchgen/used.py", ["0.2_lazy.py"]),
        ("scratchgen/data.txt", ["0.2_lazy.py"]),
        ("scratchgen/unused.py", []),
        ("kernels/scratchgen_kernels/cython_.pyx", ["0.3_kernel.py"]),
        ("tests/pages/pictures.py", ["0.2_lazy.py", "0.3_kernel.py"]),
    ],
)
def test_a_page_runs_if_it_or_a_file_that_it_uses_changed_and_no_other_page(file, pages, project):
    append(project / file)
    assert pages_that_ran(project) == ["0.1_first.py", *pages]


def test_without_a_manifest_all_pages_run(project):
    (project / "tests" / "pages" / "manifest.json").unlink()
    assert pages_that_ran(project) == ["0.1_first.py", "0.2_lazy.py", "0.3_kernel.py"]


def test_a_changed_page_that_passes_runs_again_until_the_manifest_is_written(project):
    append(project / "tutorials" / "0.2_lazy.py")
    before = (project / "tests" / "pages" / "manifest.json").read_text()
    (_, lines), (_, again) = run(project), run(project)
    assert "--write" in lines[-1] and len(lines) == len(again) == 4
    assert (project / "tests" / "pages" / "manifest.json").read_text() == before
    run(project, "--write")
    assert pages_that_ran(project) == ["0.1_first.py"]


@pytest.mark.parametrize("options", [[], ["--full"], ["--write"]])
def test_a_page_that_fails_is_named_and_the_manifest_stays(options, project):
    append(project / "tutorials" / "0.2_lazy.py", "assert 2 * 3 == 7, 'off'\n")
    before = (project / "tests" / "pages" / "manifest.json").read_text()
    status, lines = run(project, *options)
    assert status == 1 and lines[-1] == "failed: 0.2_lazy.py" and "AssertionError: off" in lines
    assert (project / "tests" / "pages" / "manifest.json").read_text() == before


def test_a_deleted_module_and_another_numpy_change_a_page(project, monkeypatch):
    monkeypatch.setattr(manifest, "ROOT", project)
    files = ["scratchgen/unused.py"]
    before = manifest.sha256(files)
    monkeypatch.setattr(manifest, "version", lambda package: "99.0.1")
    other = manifest.sha256(files)
    monkeypatch.setattr(manifest, "version", lambda package: "99.0.2")
    assert manifest.sha256(files) == other != before
    (project / "scratchgen" / "unused.py").write_text("x = 1")
    changed = manifest.sha256(files)
    (project / "scratchgen" / "unused.py").unlink()
    assert len({other, changed, manifest.sha256(files)}) == 2  # no file is like an empty one


def test_in_three_commits_each_page_has_its_turn_once():
    pages = [f"0.{number}_page.py" for number in range(7)]
    known = {"pages": {page: {"sha256": manifest.sha256([])} for page in pages}, "files": {}}
    turns = [manifest.reasons_to_run(pages, known, commit) for commit in (10, 11, 12)]
    for page in pages:
        assert sorted(reasons[page] for reasons in turns) == ["", "", "its turn"]


def test_the_number_of_commits_is_that_of_the_checkout_and_0_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr(manifest, "ROOT", tmp_path)
    assert manifest.commits() == 0
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for message in ("one", "two"):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    assert manifest.commits() == 2


def test_a_page_of_this_project_uses_the_library_and_the_scripts_that_run_it(tmp_path):
    page = tmp_path / "page.py"
    page.write_text("import scratchgen.testing\n")
    scripts = [Path(__file__).with_name(name) for name in ("inputs.py", "run.py")]
    checkout = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "kernels")])}
    command = [sys.executable, scripts[0], "used", scripts[1], page]
    subprocess.run(command, cwd=tmp_path, env=checkout, check=True)
    used = (tmp_path / "used").read_text().splitlines()
    assert {"scratchgen/testing.py", "tests/pages/run.py", "tests/pages/pictures.py"} <= {*used}
    assert all((ROOT / file).is_file() for file in used)


def test_files_outside_the_project_and_its_environment_are_not_listed():
    paths = {Path("/etc/hosts"), ROOT / ".venv" / "lib" / "a.py", ROOT / "scratchgen" / "a.pyc"}
    assert files_of(paths) == set()
    assert files_of({ROOT / "scratchgen" / "errors.py"}) == {"scratchgen/errors.py"}


def test_an_unknown_option_is_named(written):
    status, lines = run(written, "--wirte")
    assert status == 1 and "--wirte" in lines[-1]

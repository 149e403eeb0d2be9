"""The commit is recorded, and no program that a repository's configuration names is run."""

import shlex
import shutil
import subprocess
import sys

import pytest

from scratchgen.runs.git_state import git_state

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")


def git(*arguments):
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "-q")
    (folder / "a.txt").write_text("a\n")
    git("add", ".")
    git("commit", "-qm", "a")
    return folder


def test_the_commit_and_the_changes_are_those_that_git_shows(repository):
    commit = git("rev-parse", "HEAD")
    assert git_state() == {"commit": commit, "changed": False}
    (repository / "a.txt").write_text("b\n")
    assert git_state() == {"commit": commit, "changed": True}
    git("checkout", "a.txt")
    (repository / "new.txt").write_text("c\n")
    assert git_state()["changed"]
    (repository / ".git" / "info" / "exclude").write_text("new.txt\n")
    assert not git_state()["changed"]


def test_a_folder_within_the_repository_has_its_state(repository, monkeypatch):
    (repository / "below").mkdir()
    monkeypatch.chdir(repository / "below")
    assert git_state() == {"commit": git("rev-parse", "HEAD"), "changed": False}


def test_a_second_worktree_has_a_commit_of_its_own(repository, tmp_path, monkeypatch):
    git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    monkeypatch.chdir(tmp_path / "other")
    (tmp_path / "other" / "a.txt").write_text("other\n")
    git("commit", "-qam", "other")
    assert git_state() == {"commit": git("rev-parse", "HEAD"), "changed": False}
    monkeypatch.chdir(repository)
    assert git_state() == {"commit": git("rev-parse", "HEAD"), "changed": False}


def test_without_a_repository_or_without_a_commit_there_is_no_state(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state() is None
    git("init", "-q")
    assert git_state() is None


def test_without_git_there_is_no_state(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert git_state() is None


@pytest.fixture
def trap(repository, tmp_path):
    """A repository of which every setting that names a program names one that leaves a mark; and the mark."""
    mark, program = tmp_path / "mark", tmp_path / "program.py"
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(mark)!r}, 'a').write('run')\n")
    program.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "diff.external",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "diff.trap.textconv",
        "alias.status",
    ):
        git("config", name, ("!" if name.startswith("alias") else "") + shlex.quote(str(program)))
    hooks = repository / ".git" / "hooks"
    for name in ("post-index-change", "pre-commit"):
        (hooks / name).write_bytes(program.read_bytes())
        (hooks / name).chmod(0o755)
    (repository / ".git" / "info" / "attributes").write_text("* filter=trap diff=trap\n")
    (repository / "a.txt").write_text("c\n")  # of the same size as in the index: its content must be compared
    return mark


def test_no_program_of_the_configuration_is_run(trap):
    assert git_state()["changed"]
    assert not trap.exists()


def test_git_alone_would_run_it(trap):
    subprocess.run(["git", "status", "--porcelain"], capture_output=True)
    assert trap.exists(), "the trap must be one"

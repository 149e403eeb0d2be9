"""The pages run, their assertions hold, and their pictures are looked at. CI runs what changed, --full all."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = Path(__file__).with_name("run.py")
SHORT = ("06_data",)
COMPILED = find_spec("scratchgen_kernels.vector_math.cython_") is not None
COURSE = sorted((ROOT / "tutorials").glob("[0-9].[0-9]*_*.py"))


def run(page, folder, *options):
    return subprocess.run(
        [sys.executable, RUN, page, *options], cwd=folder, capture_output=True, text=True, timeout=900
    )


@pytest.mark.parametrize("page", sorted((ROOT / "tutorials").glob("[0-9]*.py")), ids=lambda page: page.stem)
def test_a_page_holds_what_it_states_and_its_pictures_have_no_fault(page, tmp_path, request):
    if page.stem not in SHORT and not request.config.option.full:
        pytest.skip("with --full, and in CI if it changed")
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert " pictures looked at, 0 faults" in done.stdout


@pytest.mark.parametrize("page", COURSE, ids=lambda page: page.stem)
def test_a_page_of_the_course_runs_with_what_a_browser_has(page, tmp_path):
    done = run(page, tmp_path, "--browser")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not [*tmp_path.iterdir()]  # pictures go to a temporary folder


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import safetensors", "a browser has no safetensors"),
        ("import numba", "a browser has no numba"),
        ("from scratchgen.runs import Run", "a browser has no"),
        ("import subprocess; subprocess.run(['true'])", "starts no process"),
        ("import os; os.system('true')", "starts no process"),
        ("import threading; threading.Thread(target=print).start()", "can't start new thread"),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')", "no sockets"),
        ("import os; os.environ['SCRATCHGEN_DATA']", "KeyError: 'SCRATCHGEN_DATA'"),
        pytest.param(
            "import scratchgen_kernels as k, numpy as np; k.tanh(np.ones(2), backend='cython')",
            "a browser has no",
            marks=pytest.mark.skipif(not COMPILED, reason="this installation has no compiled kernels either"),
        ),
    ],
)
def test_the_claim_above_rejects_what_a_browser_lacks(line, message, tmp_path, monkeypatch):
    monkeypatch.setenv("SCRATCHGEN_DATA", "/nowhere")
    page = tmp_path / "page.py"
    page.write_text(line)
    done = run(page, tmp_path, "--browser")
    assert done.returncode == 1 and message in done.stderr, done.stdout + done.stderr


def test_the_picture_of_the_packages_has_no_fault(tmp_path):
    page = shutil.copy(
        ROOT / "tutorials" / "pictures" / "architecture.py", tmp_path
    )  # it draws into its folder
    done = run(page, tmp_path)
    assert done.stdout == "1 pictures looked at, 0 faults\n", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("assert 2 * 3 == 7, '(9.1)'", "(9.1)"),
        ("axes.set_title('$z_1$ and $z_2$', parse_math=False)", "source of LaTeX"),
        ("axes.set_xlabel('')", "no label for the x axis"),
    ],
)
def test_the_claim_above_rejects_a_false_statement_and_a_fault_of_a_picture(line, message, tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "import matplotlib.pyplot as plt\n"
        "figure, axes = plt.subplots(layout='constrained')\n"
        "axes.plot([1, 2]); axes.set(xlabel='step', ylabel='nats')\n"
        f"{line}\n"
        "figure.savefig('a.png')\n"
    )
    done = run(page, tmp_path)
    assert done.returncode == 1 and message in done.stdout + done.stderr

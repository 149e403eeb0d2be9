"""The minimal scripts run from beginning to end, and each asserts that its model beats a baseline."""

import subprocess
import sys
from pathlib import Path

import pytest

MINIMAL = Path(__file__).parents[1] / "tutorials" / "minimal"
LINES = 100  # at most: a script is one page


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(MINIMAL.glob("*.py")), ids=lambda script: script.stem)
def test_a_minimal_script_runs_and_beats_its_baseline(script, tmp_path):
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("script", sorted(MINIMAL.glob("*.py")), ids=lambda script: script.stem)
def test_a_minimal_script_is_one_page(script):
    assert len(script.read_text(encoding="utf-8").splitlines()) <= LINES

"""What the README shows is what happens."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)


def test_the_example_prints_the_numbers_that_stand_below_it(tmp_path):
    (code,), (printed,) = fenced("python"), fenced("text")
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert shown.stdout == printed


def test_the_example_has_ten_lines():
    assert len([line for line in fenced("python")[0].splitlines() if line.strip()]) == 10


def test_the_files_that_it_points_to_exist():
    names = re.findall(
        r"`((?:scratchgen|kernels|tests|tutorials|\.vscode)/[\w./]*)`|\]\(([\w/.]+)\)", README.read_text()
    )
    missing = [name for pair in names for name in pair if name and not (README.parent / name).exists()]
    assert not missing

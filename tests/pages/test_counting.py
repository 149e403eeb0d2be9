"""One convention for the steps of a recurrence, in kernels, library, ledger and pages: t = 1 … T, and h_0 is the start.

So δ_{T+1} = 0, and the gradient of h_0 comes from δ_1. `tests/claims/test_rnn.py` holds this in numbers.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernels/scratchgen_kernels", "scratchgen", "tutorials")
FROM_0 = re.compile(
    r"[hc]_\{[−-]1\}"  # a state before step 0
    r"|δ\w?_[0T](?![\w+−])|\\delta_[0T](?![\w+-])"  # δ_0 or δ_T
    r"|t = 0 … T"  # steps up to T − 1
)


def lines_from_0(text):
    return [line.strip() for line in text.splitlines() if FROM_0.search(line)]


def test_no_text_counts_the_steps_of_a_recurrence_from_0():
    files = [
        file
        for folder in FOLDERS
        for kind in ("py", "pyx", "md")
        for file in (ROOT / folder).rglob(f"*.{kind}")
    ]
    assert len(files) > 300
    found = [
        f"{file.relative_to(ROOT)}: {line}"
        for file in files
        for line in lines_from_0(file.read_text("utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h),   t = 0 … T−1",
        "h_{−1} = h0",
        "δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),    δ_T = 0",
        "with δa = (δi, δf, δg, δo), g_h0 = δa_0 W_hhᵀ",
        r"\frac{\partial L}{\partial h_0} = \delta_0 W_{hh}^\top.",
        r"\qquad \delta_T = 0,",
    ],
)
def test_the_claim_above_rejects_a_line_that_counts_from_0(line):
    assert lines_from_0(line) == [line]


def test_lines_that_count_from_1_are_not_found():
    assert not lines_from_0(
        "δ_{T+1} = 0, δ_t, t = 1 … T, h_0 = h0, \\delta_{t+1}, \\delta_1, δa_1, y_{−1} = 0"
    )

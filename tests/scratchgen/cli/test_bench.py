"""scratchgen bench, on a kernel that copies an array."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.benchmarks import steps
from scratchgen.benchmarks.kernels import cases, machine
from scratchgen.benchmarks.kernels.targets import Target
from scratchgen.benchmarks.steps import measure
from scratchgen.benchmarks.steps.measure import StepRow


@pytest.fixture
def bench(monkeypatch, capsys, tmp_path):
    """Run the command in this process on one tiny case; returns (exit status, standard output and error)."""
    case = cases.Case(
        "copying",
        *("copying", "n", (64,), (8,), lambda backend, x: x.copy()),
        draw=lambda n: (np.zeros(n),),
        work=lambda n: 16 * n,
        unit="GB/s",
    )
    monkeypatch.setattr(cases, "CASES", [case])
    monkeypatch.setattr(machine, "peaks", lambda: {"GB/s": 10.0, "GFLOP/s": 100.0})
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main(["bench", *arguments])
        return end.value.code, capsys.readouterr()

    return run


def test_it_prints_every_backend_and_writes_numbers_and_a_picture(bench, tmp_path):
    status, printed = bench("--json", "found.json", "--plot", "found.png")
    assert status == 0, printed.err
    assert "copying   n=64" in printed.out and "× numpy" in printed.out and "fastest first" in printed.out
    found = json.loads((tmp_path / "found.json").read_text())
    assert set(found) == {"machine", "peaks", "rows"} and found["machine"]["numpy"] == np.__version__
    by_backend = {row["backend"]: row for row in found["rows"] if row["threads"] == 1}
    assert {"loops", "numpy"} <= set(by_backend) and by_backend["numpy"]["over_numpy"] == 1
    assert (tmp_path / "found.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("coppying",), "no kernel is named 'coppying'; there are copying"),
        (("--json", "nowhere/found.json"), "no folder nowhere to write found.json into"),
        (("--plot", "found.pdf"), "name the file found.png"),
        (("--steps", "copying"), "--steps times its own cases"),
        (("--steps", "--plot", "found.png"), "leave the kernels and --plot out"),
        (("--steps", "--json", "nowhere/found.json"), "no folder nowhere to write found.json into"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(bench, tmp_path, arguments, words):
    status, printed = bench(*arguments)
    assert status == 2 and words in printed.err and printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_steps_are_compared_with_their_targets(bench, monkeypatch, tmp_path):
    row = StepRow("a step", "B=1", "scratchgen", 0.1, 1e-3, 1e-3, 2e-3, over_torch=2.0, over_jax=0.8)
    targets = [Target("a step", "scratchgen", other, 1.0) for other in ("PyTorch", "JAX")]
    monkeypatch.setattr(steps, "CASES", [SimpleNamespace(NAME="a step", SIZE="B=1", TARGETS=targets)])
    monkeypatch.setattr(measure, "rows", lambda case, peers: ([row], {"torch.compile": "not installed"}))
    status, printed = bench("--steps", "--peers", "--json", "found.json")
    assert status == 0, printed.err
    assert "scratchgen / PyTorch: 0.50, target at most 1.00: met" in printed.out
    assert "scratchgen / JAX: 1.25, target at most 1.00: missed" in printed.out
    assert "torch.compile is left out: not installed" in printed.out
    assert json.loads((tmp_path / "found.json").read_text())["rows"] == [row.as_dict()]

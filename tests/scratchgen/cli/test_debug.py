"""scratchgen debug, driven through a pseudo-terminal as a user would, and its trace."""

import ast
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from scratchgen import kernels
from scratchgen.equations import BY_ID, EQUATIONS, TOLERANCE
from scratchgen.equations.debugger import under_pdb
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import function_of, located
from scratchgen.vae import objectives

ROOT = Path(__file__).parents[3]
PATIENCE = 60  # seconds; a start takes one or two


class Terminal:
    """A command at a pseudo-terminal: type a line, read the screen up to the next prompt."""

    def __init__(self, command, folder):
        self.screen, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
        environment.pop("SCRATCHGEN_KERNELS", None)
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment, close_fds=True
        )
        os.close(theirs)

    def until(self, prompt):
        """The text up to the prompt, or up to the end if that is None."""
        shown, deadline = "", time.monotonic() + PATIENCE
        while prompt is None or not shown.endswith(prompt):
            if not select.select([self.screen], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"nothing more came after: {shown}")
            try:
                shown += os.read(self.screen, 4096).decode()
            except OSError:  # the other end is closed
                assert prompt is None, shown
                break
        return shown.replace("\r\n", "\n")

    def type(self, line, prompt="(Pdb) "):
        os.write(self.screen, f"{line}\n".encode())
        return self.until(prompt)


@contextmanager
def at_a_terminal(folder, *arguments):
    terminal = Terminal([sys.executable, "-m", "scratchgen", "debug", *arguments], folder)
    try:
        yield terminal
    finally:
        terminal.process.kill()
        terminal.process.wait()
        os.close(terminal.screen)


def first_statement(function):
    """The lines of the first statement after the docstring, read from the source."""
    code = function.__code__
    tree = ast.parse(Path(code.co_filename).read_text(encoding="utf-8"))
    (found,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.name == code.co_name
        and code.co_firstlineno in range(node.lineno - len(node.decorator_list), node.lineno + 1)
    ]
    first = found.body[1 if ast.get_docstring(found) else 0]
    return range(first.lineno, first.end_lineno + 1)


def test_it_stops_at_the_first_line_of_the_equation_shows_its_values_and_ends_with_the_number(tmp_path):
    line = first_statement(objectives.elbo)[0]
    with at_a_terminal(tmp_path, "vae.elbo") as terminal:
        opening = terminal.until("(Pdb) ")
        assert BY_ID["vae.elbo"].text in opening and "−0.69315 − 0.5 = −1.19315" in opening
        assert f"objectives.py({line})elbo()\n-> log_p = " in opening
        assert "array([[-1.]])" in terminal.type("p eps")
        assert "Normal(mu=array([[1.]]), logvar=array([[0.]]))" in terminal.type("p q")
        assert f"objectives.py({line + 1})elbo()" in terminal.type("n")
        assert "array([-0.69314718])" in terminal.type("p log_p")
        end = terminal.type("c", prompt=None)
        assert "computed  -1.19315\nexpected  -1.19315\n" in end
        assert terminal.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("page", sorted((ROOT / "tutorials").glob("[0-9]*.py")), ids=lambda page: page.stem)
def test_the_commands_on_a_page_stop_at_the_code_of_their_equations(
    page, scratchgen_in, tmp_path, monkeypatch
):
    """The last command of the page, as it is printed there."""
    *_, command = re.findall(
        r"^# > In the debugger: `scratchgen (debug [\w.]+)`", page.read_text("utf-8"), re.M
    )
    _, id = command.split()
    function = function_of(BY_ID[id])
    file, lines = Path(function.__code__.co_filename).name, first_statement(function)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    opening = scratchgen_in(tmp_path)("debug", id).stdout
    assert BY_ID[id].text in opening
    stop = re.search(rf"{re.escape(file)}\((\d+)\){function.__name__}\(\)", opening)
    assert stop and int(stop[1]) in lines


def test_with_the_scalar_loops_it_also_stops_in_the_kernel(tmp_path):
    with at_a_terminal(tmp_path, "rnn.bptt", "--backend", "loops") as terminal:
        assert "tanh_recurrence_backward()" in terminal.until("(Pdb) ")
        assert re.search(r"tanh_recurrence/loops.py\(\d+\)tanh_recurrence_backward\(\)", terminal.type("c"))
        for _ in range(20):
            if "delta = " in terminal.type("n"):
                break
        terminal.type("n")
        assert "\n0.64\n" in terminal.type("p float(delta)")  # δ₂ of the calculation by hand
        assert "computed  [2.88, 1.92, 1.92, 0.96, 0.32, 1.6]\nexpected  [2.88, 1.92" in terminal.type(
            "c", prompt=None
        )


def test_a_user_may_quit_before_the_end(tmp_path):
    with at_a_terminal(tmp_path, "gan.value") as terminal:
        terminal.until("(Pdb) ")
        assert "computed" not in terminal.type("q", prompt=None)
        assert terminal.process.wait(PATIENCE) == 0


def test_an_unknown_equation_is_one_line_with_the_nearest(scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)("debug", "vae.eblo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scratchgen: no equation is named 'vae.eblo'; did you mean vae.elbo?\n"


def stops(equation, capsys, monkeypatch):
    """The places (file, line) at which pdb stops in an example, continued from each."""
    example = equation.example
    monkeypatch.setattr("sys.stdin", io.StringIO("c\n" * 100))
    capsys.readouterr()
    result = under_pdb([function_of(equation)], example.compute, **example.arguments())
    shown = capsys.readouterr().out
    assert example.error(numbers(result)) <= TOLERANCE
    return [
        (Path(file), int(line)) for file, line in re.findall(r"^(?:\(Pdb\) )*> (.*)\((\d+)\)", shown, re.M)
    ]


def test_pdb_stops_in_each_equation_once_at_the_first_line_of_its_code(capsys, monkeypatch):
    wrong = {}
    for equation in EQUATIONS:
        found = stops(equation, capsys, monkeypatch)
        lines = first_statement(function_of(equation))
        if not (len(found) == 1 and found[0][0] == located(equation)[0] and found[0][1] in lines):
            wrong[equation.id] = found
    assert not wrong


def test_a_breakpoint_of_one_run_is_gone_in_the_next(capsys, monkeypatch):
    """The example of the posterior builds a network, whose weights the other equation initialises."""
    assert len(stops(BY_ID["nn.fan_in"], capsys, monkeypatch)) == 1
    ((file, _),) = stops(BY_ID["vae.posterior"], capsys, monkeypatch)
    assert file.name == "models.py"


def test_the_trace_has_one_line_per_operation_with_its_values_and_its_gradient(scratchgen_in, tmp_path):
    shown = scratchgen_in(tmp_path)("debug", "vae.reparameterisation", "--trace").stdout
    rows = [re.split(r"\s{2,}", line.strip())[:4] for line in shown.splitlines() if " = " in line]
    # z = mu + sigma ε with mu 1, sigma 2, ε ½: ∂z/∂mu = 1, ∂z/∂logvar = ½ sigma ε = ½, ∂z/∂ε = sigma = 2
    assert ["mu", "= given", "[[1]]", "[[1]]"] in rows
    assert ["logvar", "= given", "[[1.38629]]", "[[0.5]]"] in rows
    assert ["eps", "= given", "[[0.5]]", "[[2]]"] in rows
    assert ["t2", "= exp(t1)", "[[2]]", "[[0.5]]"] in rows
    assert ["t4", "= mu + t3", "[[2]]", "[[1]]"] in rows
    assert shown.endswith("computed  2\nexpected  2\n")


def test_each_equation_can_be_traced(scratchgen_in, tmp_path):
    run, wrong = scratchgen_in(tmp_path), {}
    for equation in EQUATIONS:
        done = run("debug", equation.id, "--trace")
        recorded = re.search(r"expression +values +gradient", done.stdout) is not None
        in_code = f"{located(equation)[0].name}:" in done.stdout
        computed, expected = [line.split()[1:] for line in done.stdout.splitlines()[-2:]]
        traced = recorded if equation.example.recorded else in_code and not recorded
        if not (done.returncode == 0 and traced and computed == expected):
            wrong[equation.id] = done.stdout + done.stderr
    assert not wrong, "\n".join(wrong.values())


def test_the_trace_on_scalar_loops_has_their_lines_forward_and_back(scratchgen_in, tmp_path):
    shown = scratchgen_in(tmp_path)("debug", "vae.likelihood", "--trace", "--backend", "loops").stdout
    assert "losses[i] += softplus(a) - x_d * a" in shown and "g_logits[i, d] = g[i] * " in shown
    assert kernels.current() == "auto"


def test_options_that_exclude_one_another_and_unknown_backends_are_one_line(scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    for options, words in (
        (("--trace", "--listen"), "choose one of them"),
        (("--backend", "fortran"), "unknown kernel backend 'fortran'"),
    ):
        done = run("debug", "vae.kl", *options)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1 and words in done.stderr


def test_without_debugpy_listening_says_how_to_get_it(scratchgen_in, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "debugpy", None)
    done = scratchgen_in(tmp_path)("debug", "vae.kl", "--listen")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and 'pip install "scratchgen-numpy[debug]"' in done.stderr


def test_a_port_in_use_is_one_line(scratchgen_in, tmp_path, monkeypatch):
    def refuse(address):
        raise RuntimeError("Address already in use")

    debugpy = SimpleNamespace(is_client_connected=lambda: False, listen=refuse)
    monkeypatch.setitem(sys.modules, "debugpy", debugpy)
    done = scratchgen_in(tmp_path)("debug", "vae.kl", "--listen")
    assert done.returncode == 2
    assert done.stderr == (
        "scratchgen: cannot listen at 127.0.0.1:5678 (Address already in use); "
        "stop the process that is using the port\n"
    )


def test_the_list_of_ids_for_the_editor_is_that_of_the_ledger():
    text = (ROOT / ".vscode" / "launch.json").read_text(encoding="utf-8")
    launch = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
    (pick,) = launch["inputs"]
    assert pick["options"] == list(BY_ID)
    offered = [c for c in launch["configurations"] if f"${{input:{pick['id']}}}" in c.get("args", [])]
    assert offered and all(c["args"][0] == "debug" and "--listen" in c["args"] for c in offered)

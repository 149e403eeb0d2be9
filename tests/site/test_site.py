"""The site: what its generators write, and that a build that fails leaves the last site in place."""

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import scratchgen

ROOT = Path(__file__).parents[2]
SITE = ROOT / "tutorials" / "site"

if Path(scratchgen.__file__).parent != ROOT / "scratchgen":
    pytest.skip(
        "the site shows the lines of a checkout; this installation is elsewhere", allow_module_level=True
    )


@pytest.fixture(autouse=True)
def modules_of_the_site(monkeypatch):
    monkeypatch.syspath_prepend(str(SITE))


# --- lines of the library -----------------------------------------------------------------------------------


def test_a_piece_is_the_source_of_a_symbol_at_its_lines():
    from library import piece_of

    from scratchgen.distributions import Normal

    piece = piece_of(Normal.sigma)
    source = (ROOT / piece.file).read_text("utf-8").split("\n")[piece.first - 1 : piece.last]
    assert (
        piece.file == "scratchgen/distributions/normal.py"
        and "return np.exp(0.5 * self.logvar)" in piece.lines[-1]
    )
    assert [line.strip() for line in source] == [line.strip() for line in piece.lines]


def test_each_line_of_a_piece_links_to_an_anchor_that_its_source_page_has():
    import re

    import sources
    from library import Uses, code_block, piece_of

    from scratchgen.vae.objectives import elbo

    piece, uses = piece_of(elbo), Uses()
    uses.add(piece, "the page", "tutorials/a.html#b")
    links = re.findall(r'class="line" href="\.\./source/(.*?)\.html#(L\d+)"', code_block(piece, "../"))
    page = sources.render(piece.file, uses)
    assert len(links) == len(piece.lines)
    assert all(file == piece.file and f'id="{anchor}"' in page for file, anchor in links)
    assert '<a class="use" href="../../../tutorials/a.html#b">the page</a>' in page


# --- pages --------------------------------------------------------------------------------------------------


def test_a_printed_symbol_leaves_its_cell_and_an_unknown_one_stays():
    from pages import without_printed_code

    cell = (
        "from scratchgen import vae\nprint(inspect.getsource(vae.elbo))\nx = 1\nprint(inspect.getsource(f))"
    )
    source, (piece,) = without_printed_code(cell, {})
    assert piece.file == "scratchgen/vae/objectives.py" and piece.name == "vae.elbo"
    assert source == "from scratchgen import vae\nx = 1\nprint(inspect.getsource(f))"
    assert without_printed_code("%time f()", {}) == ("%time f()", [])


def test_a_loop_that_prints_symbols_gives_a_piece_for_each():
    from pages import without_printed_code

    cell = "from scratchgen import vae\nfor f in (vae.elbo, vae.iwae_bound):\n    print(inspect.getsource(f))"
    source, pieces = without_printed_code(cell, {})
    assert [piece.name for piece in pieces] == ["vae.elbo", "vae.iwae_bound"]
    assert source == "from scratchgen import vae"
    other = cell.replace("getsource(f)", "getsource(g)")
    assert without_printed_code(other, {}) == (other, [])


def test_a_picture_inside_html_becomes_a_file_that_the_page_names(tmp_path):
    from types import SimpleNamespace

    from pages import _pictures_to_files

    output = {"data": {"text/html": '<img src="data:image/gif;base64,R0lGOA==">'}}
    _pictures_to_files(SimpleNamespace(cell_type="code", outputs=[output]), tmp_path, "../")
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == b"GIF8"
    assert (
        f'src="../_static/pictures/{file.name}"' in output["data"]["text/html"]
        and "alt=" in output["data"]["text/html"]
    )


def test_the_text_of_a_section_and_the_lines_stand_in_one_box(tmp_path):
    from library import Uses
    from pages import read, write

    page = read(ROOT / "tutorials" / "02_vae.py")
    write(page, tmp_path, Uses())
    cells = json.loads((tmp_path / "tutorials" / "02_vae.ipynb").read_text("utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    (bound,) = (text for text in texts if "tag{2.1}" in text)
    assert bound.index("split") < bound.index("tag{2.1}") < bound.index("side") < bound.index("objectives.py")
    assert "[`vae.evidence`](../reference/vae.evidence.md)" in bound
    assert not any("print(inspect.getsource(vae" in text for text in texts)


# --- reference and bug zoo ----------------------------------------------------------------------------------


def test_the_cell_of_each_worked_example_computes_the_expected_numbers():
    import reference

    from scratchgen.equations import EQUATIONS
    from scratchgen.equations.entry import numbers

    wrong = []
    for equation in EQUATIONS:
        results = []
        exec(reference.example_cell(equation), {"print": results.append})
        if equation.example.error(numbers(results[0])) > 1e-5:
            wrong.append(equation.id)
    assert not wrong


def equations_without_a_fault(equations):
    import reference

    return [equation.id for equation in equations if not reference.planted_faults(equation)]


def test_every_page_of_the_reference_shows_a_planted_fault():
    from scratchgen.equations import EQUATIONS

    assert equations_without_a_fault(EQUATIONS) == []


def test_the_claim_above_rejects_an_equation_that_no_fault_and_no_counter_example_names():
    from dataclasses import replace

    from scratchgen.equations import BY_ID

    planted = replace(BY_ID["vae.elbo"], id="vae.eblo")
    assert equations_without_a_fault([BY_ID["vae.elbo"], planted]) == ["vae.eblo"]


def test_a_counter_example_is_shown_with_its_lines_and_a_fault_with_its_page():
    import reference

    from scratchgen.equations import BY_ID

    section = reference.planted_faults(BY_ID["vae.kl"])
    assert "../bugs/logvar-taken-for-log-sigma-in-the-divergence.html" in section
    name = "test_the_claims_above_reject_a_kl_that_takes_logvar_for_log_sigma"
    lines = (ROOT / "tests" / "claims" / "test_vae.py").read_text("utf-8").split("\n")
    line = lines.index(f"def {name}():") + 1
    assert f'href="../source/tests/claims/test_vae.py.html#L{line}"' in section
    assert name.removeprefix("test_").replace("_", " ") in section


def test_a_fault_belongs_to_equations_of_its_subject_alone():
    import faults

    found = {bug.fault.name: [e.id for e in faults.equations_of(bug)] for bug in faults.planted()}
    assert "vae.rate_distortion" in found["mean over pixels"]  # its worked example enters the function
    assert found["nine rounds"] == ["kernels.philox"]  # the fault names it: the line is in no function
    assert found["the same noise in two threads"] == []  # every model draws numbers


def test_each_planted_fault_has_a_page_of_its_own_with_both_lines():
    import faults
    from library import Uses

    assert len({bug.document for bug in faults.planted()}) == len(faults.planted()) > 100
    bug = next(bug for bug in faults.planted() if bug.fault.name == "variance used as standard deviation")
    page = faults.page(bug, Uses())
    assert (
        "✓         return np.exp(0.5 * self.logvar)" in page
        and "✗         return np.exp(self.logvar)" in page
    )
    assert bug in faults.by_equation()["vae.reparameterisation"]


def test_the_difference_of_a_fault_marks_the_right_and_the_wrong_line():
    import faults

    bug = next(bug for bug in faults.planted() if bug.fault.name == "mean of log weights")
    html = faults.difference(bug)
    (right,) = (line for line in html.split("\n") if 'class="right"' in line)
    (wrong,) = (line for line in html.split("\n") if 'class="wrong"' in line)
    assert (
        "✓     return logsumexp(log_w, axis=0) - np.log(k)" in right and "✗     return np.mean(log_w" in wrong
    )


def test_a_fault_names_the_test_that_caught_it_unless_the_record_is_stale(tmp_path, monkeypatch):
    import faults

    monkeypatch.setattr(faults, "CAUGHT", tmp_path / "faults.json")
    assert faults._caught("a") == ""
    record = {"a": "tests/claims/test_vae.py::test_b[c]", "b": "tests/claims/test_none.py::test_b"}
    (tmp_path / "faults.json").write_text(json.dumps(record))
    assert faults._caught("a") == "claims/test_vae.py::test_b[c]" and faults._caught("b") == ""


# --- API ----------------------------------------------------------------------------------------------------


def test_a_docstring_keeps_what_is_aligned_and_links_the_ledger():
    import api

    from scratchgen.vae import elbo

    html = api.docstring(elbo)
    assert '<pre class="doc" tabindex="0">q        the posterior' in html
    assert '<a href="../reference/vae.elbo.html">vae.elbo</a>' in html and html.count("<p>") == 3
    assert api._signature(elbo).startswith("(x: Array, q: Normal, decode: Callable")


def test_every_public_name_of_a_package_is_on_its_page():
    import api
    from library import Uses

    for package in api.packages():
        page = api.page(package, Uses())
        missing = [
            n
            for n in package.__all__
            if f'id="{n}"' not in page and not hasattr(getattr(package, n), "__path__")
        ]
        assert not [n for n in missing if type(getattr(package, n)).__name__ != "module"], package.__name__


# --- links, search ------------------------------------------------------------------------------------------


def test_links_lead_to_pages_of_the_site_or_become_text():
    from guides import turned

    text = (
        "[a](../kernels/README.md) [b](06_data.py#x) [c](../LICENSE) ![d](pictures/d.png) [e](https://e.org)"
    )
    assert turned(text, "tutorials/your_data.md") == (
        "[a](../kernels/README.md) [b](06_data.ipynb#x) c ![d](pictures/d.png) [e](https://e.org)"
    )
    of_a_file = turned("[`nn/module.py`](../scratchgen/nn/module.py)", "tutorials/glossary.md")
    assert of_a_file == '<a href="../source/scratchgen/nn/module.py.html"><code>nn/module.py</code></a>'
    of_an_equation = turned("[`vae.kl`](02_vae.py#the-kl)", "tutorials/glossary.md")
    assert of_an_equation == "[`vae.kl`](../reference/vae.kl.md)"


@pytest.mark.parametrize(
    ("british", "american"),
    [("reparameterisation", "reparameterization"), ("colour", "color"), ("optimisers", "optimizers")],
)
def test_both_spellings_are_one_word_for_the_search(british, american):
    import spelling

    assert spelling.american(british) == spelling.american(american)


def test_the_claim_above_rejects_words_that_differ():
    import spelling

    assert spelling.american("posterior") != spelling.american("prior")


# --- downloads --------------------------------------------------------------------------------------------------


def test_a_wheel_with_another_hash_than_the_lock_file_is_refused(tmp_path, monkeypatch):
    import assets

    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "a.whl").write_bytes(b"something else")
    monkeypatch.setattr(assets, "CACHE", tmp_path)
    assert "hash" in assets._fetch({"a.whl": "0" * 64})
    assert not (tmp_path / "wheels" / "a.whl").exists()


def test_the_packed_library_holds_every_module_unmodified(tmp_path):
    import zipfile

    import assets

    assets.pack_library(tmp_path / "library.zip")
    with zipfile.ZipFile(tmp_path / "library.zip") as archive:
        names = archive.namelist()
        assert (
            archive.read("scratchgen/vae/objectives.py")
            == (ROOT / "scratchgen/vae/objectives.py").read_bytes()
        )
    assert {str(p.relative_to(ROOT)) for p in (ROOT / "scratchgen").rglob("*.py")} <= {*names}
    assert "scratchgen_kernels/registry.py" in names


# --- the command --------------------------------------------------------------------------------------------


def test_links_that_lead_nowhere_and_requests_to_other_hosts_are_found(tmp_path):
    import links

    good = '<a href="b.html#x">b</a><a href="https://e.org">e</a><h2 id="y"></h2><a href="#y">y</a>'
    (tmp_path / "a.html").write_text(good)
    (tmp_path / "b.html").write_text('<p id="x"></p>')
    assert links.problems(tmp_path) == []
    for planted, says in (
        ('<a href="c.html">', "leads nowhere: c.html"),
        ('<a href="b.html#z">', "leads nowhere: b.html#z"),
        ('<img src="none.png">', "leads nowhere: none.png"),
        ('<script src="https://cdn.org/a.js">', "loads from another host"),
        ('<span class="katex-error">', "KaTeX refuses"),
    ):
        (tmp_path / "a.html").write_text(good + planted)
        (found,) = links.problems(tmp_path)
        assert says in found


def build(*arguments):
    return subprocess.run([sys.executable, SITE / "build.py", *arguments], capture_output=True, text=True)


def test_a_folder_that_is_no_site_is_refused_and_stays_as_it_was(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for out in (tmp_path / "mine", tmp_path / "none" / "site", tmp_path / "mine" / "notes.txt"):
        done = build("--out", out)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_a_build_that_fails_leaves_the_last_site_in_place(tmp_path, monkeypatch):
    import build

    out = tmp_path / "site"
    out.mkdir()
    (out / build.MARKER).touch()
    (out / "index.html").write_text("the last site")
    monkeypatch.setattr(sys, "argv", ["build.py", "--out", str(out)])
    monkeypatch.setattr(build, "_installed", lambda: "")
    monkeypatch.setattr(build, "_write_sources", lambda source: [])
    monkeypatch.setattr(build, "_sphinx", lambda source, site: False)
    assert build.main() == 1
    assert (out / "index.html").read_text() == "the last site" and [p.name for p in tmp_path.iterdir()] == [
        "site"
    ]


# --- the server of formulas ---------------------------------------------------------------------------------


@pytest.fixture
def bound(tmp_path):
    """A socket that is bound and does not listen yet, and its address."""
    address = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(address)
        yield server, address


def test_a_connection_waits_for_a_server_that_does_not_listen_yet(bound):
    from retrying_socket import RetryingSocket

    server, address = bound
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as plain, pytest.raises(ConnectionRefusedError):
        plain.connect(address)
    later = threading.Timer(0.1, server.listen)
    later.start()
    with RetryingSocket(socket.AF_UNIX, socket.SOCK_STREAM) as retrying:
        retrying.connect(address)
        assert retrying.getpeername() == address
    later.join()


def test_a_server_that_never_listens_is_given_up(bound, monkeypatch):
    import retrying_socket

    monkeypatch.setattr(retrying_socket, "TIME_LIMIT", 0.05)
    with retrying_socket.RetryingSocket(socket.AF_UNIX) as retrying, pytest.raises(ConnectionRefusedError):
        retrying.connect(bound[1])

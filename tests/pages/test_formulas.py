"""Every displayed formula of a page is tied to an equation of the ledger or to an assertion of the page."""

from pathlib import Path

import pytest

from scratchgen.equations import EQUATIONS

from .formulas import chain, chapter_of, formulas, is_in, normal, untied

PAGES = sorted((Path(__file__).parents[2] / "tutorials").glob("[0-9]*.py"))
LATEX = {equation.id: equation.latex for equation in EQUATIONS}
BPTT = r"\delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2)"

pytestmark = pytest.mark.fast


def page_of(*formulas, id="rnn.bptt", code="x = 1"):
    """A page with one section: the formulas, the id of the debugger's line, and a cell of code."""
    shown = "\n".join(f"# $$ {formula} $$" for formula in formulas)
    debugger = f"# > In the debugger: `scratchgen debug {id}`"
    return f"# %% [markdown]\n# ## A section\n#\n{shown}\n#\n{debugger}\n\n# %%\n{code}\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_displayed_formula_is_tied_to_the_ledger_or_to_an_assertion_that_names_it(page):
    text = page.read_text(encoding="utf-8")
    assert formulas(text)
    problems = [*untied(text, chapter_of(page.name), LATEX)]
    assert not problems, "\n" + "\n".join(problems)


PLANTED = {
    "an untied formula": (page_of(r"x = y + 1 \tag{4.1}"), "neither the ledger"),
    "a wrong end of the sweep": (
        page_of(BPTT + r", \qquad \delta_T = 0, \tag{4.1}"),
        r"assertion has \delta _ T = 0",
    ),
    "a wrong first step": (
        page_of(r"\frac{\partial L}{\partial h_0} = \delta_0 W_{hh}^\top. \tag{4.1}"),
        "neither the ledger",
    ),
    "a missing transpose": (page_of(BPTT.replace(r"^\top", "") + r" \tag{4.1}"), "neither the ledger"),
    "an equation of another section": (page_of(BPTT + r" \tag{4.1}", id="rnn.hidden"), "neither the ledger"),
    "an assertion above the formula": (
        "# %%\nassert x == 1, '(4.1)'\n\n" + page_of(r"x = 1 \tag{4.1}"),
        "neither the ledger",
    ),
    "an assertion of another formula": (
        page_of(r"x = 1 \tag{4.1}", code="assert x == 1, '(4.2)'"),
        "neither the ledger",
    ),
    "an assertion of a constant": (
        page_of(r"x = 1 \tag{4.1}", code="assert True, '(4.1)'"),
        "neither the ledger",
    ),
    "a number compared with itself": (
        page_of(r"x = 1 \tag{4.1}", code="check('(4.1)', x, x, 0)"),
        "neither the ledger",
    ),
    "one assertion for two parts": (
        page_of(r"x = 1, \quad y = 2 \tag{4.1}", code="assert x == 1, '(4.1)'"),
        "neither the ledger",
    ),
    "a check that asserts nothing": (
        page_of(r"x = 1 \tag{4.1}", code="def show(*a): print(*a)\nshow('(4.1)', x, 1, 0)"),
        "neither the ledger",
    ),
    "a check of its own": (
        page_of(r"x = 1 \tag{4.1}", code="def check(*a): print(*a)\ncheck('(4.1)', x, 1, 0)"),
        "a check() of its own",
    ),
    "no number": (page_of(BPTT), "its number must be"),
    "a number twice": (page_of(BPTT + r" \tag{4.1}", BPTT + r" \tag{4.1}"), r"must be \tag{4.2}"),
}


@pytest.mark.parametrize(("page", "message"), PLANTED.values(), ids=PLANTED)
def test_the_claim_above_rejects(page, message):
    (problem,) = untied(page, "4", LATEX)
    assert message in problem


def test_a_formula_of_the_ledger_and_one_that_an_assertion_names_are_tied():
    assert not [*untied(page_of(BPTT + r", \qquad \delta_{T+1} = 0, \tag{4.1}"), "4", LATEX)]
    assert not [*untied(page_of(r"x = 1 \tag{4.1}", code="assert x == 1, '(4.1)'"), "4", LATEX)]
    loop = "for v in (1, 2):\n    assert x == v, f'(4.1) {v}'"
    assert not [*untied(page_of(r"x = 1, \quad y = 2 \tag{4.1}", code=loop), "4", LATEX)]


def test_the_number_of_a_page_is_in_its_name_and_in_its_formulas():
    names = ("04_rnn.py", "2.3_vae_on_digits.py", "0.1_start_here.py")
    assert [chapter_of(name) for name in names] == ["4", "2.3", "0.1"]
    page = page_of(r"x = 1 \tag{2.3.1}", code="check('(2.3.1)', x, 1, 0)")
    assert not [*untied(page, "2.3", LATEX)]
    assert len([*untied(page, "2.4", LATEX)]) == 1


def test_two_ways_to_write_a_formula_are_one_and_another_formula_is_not():
    assert normal(r"\tfrac12 \bigl( \|x - \mu\|^2 \bigr).") == normal(r"\frac{1}{2}(\lVert x-\mu \rVert^{2})")
    assert normal(r"p_\text{data} \,\|\, q") == normal(r"p_{data} \| q")
    assert normal(r"\delta_{T+1}") != normal(r"\delta_T + 1")
    members = chain(normal(r"\sum_{i=1}^k w_i \le p(x = 1)"))
    assert members == [r"\sum _ { i = 1 } ^ k w _ i", r"\le", "p ( x = 1 )"]
    assert is_in(normal("b = c"), r"a = b = c \le d, \quad e = f") and not is_in(normal("a = c"), "a = b = c")

"""A page of the course is short: a reader can finish it in one sitting, and it has all the parts of the skeleton.

The pages of the course are those with a part and a number in their names, 2.3_vae_on_digits.py.
"""

import ast
import re
from pathlib import Path

import pytest

from scratchgen.equations.locate import anchor

from .formulas import cells

PAGES = sorted((Path(__file__).parents[2] / "tutorials").glob("[0-9].[0-9]*_*.py"))
WORD_COUNT, MAX_SECTIONS, MAX_CODE = (1000, 1300), 7, 150
SKELETON = (  # of the skeleton, in the order in which a reader meets them
    "**You will be able to**",
    "**You need**",
    "**Write down what you expect",
    "Common mistakes",
    "xercises",
    "https://",  # the sources, each with a DOI or an arXiv number
)
SOURCE = re.compile(r"https://(doi\.org/10\.|arxiv\.org/abs/)")
DEBUGGER = re.compile(r"^> In the debugger: `scratchgen debug", re.M)

pytestmark = pytest.mark.fast


def prose(page):
    return "\n".join(text for kind, text in cells(page) if kind == "markdown")


def words(page):
    """The words of the text: no formulas, no addresses of links, no numbers."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " ", prose(page), flags=re.S)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.findall(r"[^\W\d_][\w'’.-]*", text)


def code_lines(page):
    """The lines with code: no comments, no docstrings, no blank lines."""
    count = 0
    for kind, text in cells(page):
        if kind == "code":
            unparsed = ast.unparse(_without_docstrings(ast.parse(text))).splitlines()
            without = [line for line in unparsed if line]  # unparse sets functions apart
            lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
            count += max(len(without), len(lines) - _docstring_lines(text))
    return count


def _without_docstrings(tree):
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node)
            and len(node.body) > 1
        ):
            node.body = node.body[1:]
    return tree


def _docstring_lines(text):
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return sum(n.body[0].end_lineno - n.body[0].lineno + 1 for n in nodes if ast.get_docstring(n))


def over_the_limits(page):
    """One line for each limit that a page exceeds, and for each part of the skeleton that it lacks."""
    low, high = WORD_COUNT
    if not low <= len(words(page)) <= high:
        yield f"{len(words(page))} words, not {low:,} to {high:,}"
    sections = re.findall(r"^## .*", prose(page), re.M)
    if len(sections) > MAX_SECTIONS:
        yield f"{len(sections)} sections, not at most {MAX_SECTIONS}"
    if code_lines(page) > MAX_CODE:
        yield f"{code_lines(page)} lines of code, not at most {MAX_CODE}"
    places = [prose(page).find(part) for part in SKELETON]
    yield from (f"no {part!r}" for part, place in zip(SKELETON, places, strict=True) if place < 0)
    if -1 not in places and places != sorted(places):
        yield "its parts are in another order than the skeleton's"
    if not DEBUGGER.search(prose(page)):
        yield "no line about the debugger"
    if not SOURCE.search(prose(page)):
        yield "no source with a DOI or an arXiv number"


def broken_links(page, folder):
    """The links of a page to files and sections that do not exist."""
    for name, section in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", prose(page)):
        file = folder / name
        if not file.is_file():
            yield name
        elif section and section not in map(anchor, file.read_text(encoding="utf-8").splitlines()):
            yield f"{name}#{section}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_links_to_files_and_sections_that_exist(page):
    assert not [*broken_links(page.read_text(encoding="utf-8"), page.parent)]


def test_the_claim_above_rejects_a_file_and_a_section_that_do_not_exist():
    links = "[a](01_gradients.py#nowhere), [b](01_none.py), [c](https://d.e/f#g), [h](01_gradients.py)"
    page = f"# %% [markdown]\n# {links}"
    assert [*broken_links(page, PAGES[0].parent)] == ["01_gradients.py#nowhere", "01_none.py"]


def test_there_are_pages_of_the_course():
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_of_the_course_keeps_the_limits_and_has_every_part_of_the_skeleton(page):
    problems = [*over_the_limits(page.read_text(encoding="utf-8"))]
    assert not problems, "\n" + "\n".join(problems)


def page_of(count=1100, sections=5, code=100, leave_out=""):
    """A page of this many words, sections and lines of code, without one part."""
    source, debugger = "[a](https://arxiv.org/abs/1312.6114)", "> In the debugger: `scratchgen debug vae.kl`"
    parts = [part for part in (*SKELETON[:-1], debugger, source) if part != leave_out]
    text = [part for own in parts for part in ("", own)] + ["", *(["## A section", ""] * sections)]
    missing = count - len(words("# %% [markdown]\n" + "\n".join(f"# {line}" for line in text)))
    text += ["word"] * missing
    return "# %% [markdown]\n" + "\n".join(f"# {line}" for line in text) + "\n\n# %%\n" + "x = 1\n" * code


def test_a_page_within_the_limits_has_no_problem_and_formulas_links_and_comments_do_not_count():
    assert not [*over_the_limits(page_of())]
    assert words("# %% [markdown]\n# A [long link](https://a.b/c_d) $x + y$ of\n# $$ \\log p $$\n# it.") == [
        *("A", "long", "link", "of", "it."),
    ]
    assert (
        code_lines(
            '# %%\n# comment\n\ndef f():\n    """Text\n\n    more."""\n    return 1\n\n# %% [markdown]\n# a'
        )
        == 2
    )
    assert code_lines("# %%\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n\n\nx = f()\n") == 5


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        ({"count": 999}, "999 words"),
        ({"count": 1301}, "1301 words"),
        ({"sections": 8}, "8 sections"),
        ({"code": 151}, "151 lines of code"),
        ({"leave_out": "**You need**"}, "no '**You need**'"),
        ({"leave_out": "Common mistakes"}, "no 'Common mistakes'"),
    ],
)
def test_the_claim_above_rejects(planted, message):
    (problem,) = over_the_limits(page_of(**planted))
    assert message in problem

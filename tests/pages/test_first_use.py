"""No page of the course uses a term of the glossary before it is explained (see `first_use`)."""

from pathlib import Path

import pytest

from .first_use import ALSO, Glossary, early_uses, uses_of

TUTORIALS = Path(__file__).parents[2] / "tutorials"
PAGES = sorted(TUTORIALS.glob("[0-9].[0-9]*_*.py"))
GLOSSARY = Glossary((TUTORIALS / "glossary.md").read_text(encoding="utf-8"))

NOT_THE_TERM = {  # words of a page that are no use of the term: school mathematics, Python, or another sense
    "the label decides the biases": "bias: of a coin, not of a layer",
    "learns the biases by counting": "bias: of a coin, not of a layer",
}

pytestmark = pytest.mark.fast


def table(found):
    """One line per use that comes too early."""
    return "\n".join(f"{file}:{use.line:<4} {use.term:<30} {use.sentence}" for file, use in found)


def test_no_page_uses_a_term_before_it_is_explained():
    pages = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    for words in NOT_THE_TERM:
        assert any(words in page for page in pages.values()), f"no page says {words!r}"
        pages = {file: page.replace(words, "·" * len(words)) for file, page in pages.items()}
    assert pages
    assert not [*early_uses(pages, GLOSSARY)], "\n" + table(early_uses(pages, GLOSSARY))


def test_each_other_name_belongs_to_a_term_of_the_glossary():
    assert ALSO.keys() <= GLOSSARY.patterns.keys()


# --- the check itself, on planted pages ---------------------------------------------------------------------

NEEDED = """\
# %% [markdown]
# # 1.1 Steps
#
# **You need** nothing.
#
# A **batch** is the set of examples of one step. One pass over the data is an **epoch**.
"""


def early_terms(text, needs="[steps](1.1_steps.py)", before=NEEDED):
    """The terms that page 1.3 uses too early, if this is its text."""
    needing = "# %% [markdown]\n# # 1.2 Nothing new\n#\n# **You need** [steps](1.1_steps.py).\n"
    page = f"# %% [markdown]\n# # 1.3 A page\n#\n# **You need** {needs}.\n#\n{text}\n"
    pages = {"1.1_steps.py": before, "1.2_nothing_new.py": needing, "1.3_a_page.py": page}
    return [use.term for file, use in early_uses(pages, GLOSSARY) if file == "1.3_a_page.py"]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("# Dropout helps.", "dropout"),
        ("# Here **dropout** helps.", "dropout"),  # in bold, but the sentence says too little
        ("# Dropout helps. So **dropout**, zeros at random places, is used.", "dropout"),
        ("# See [dropout](1.1_steps.py).", "dropout"),  # a page that does not explain it
        ("# | 1 | dropout |", "dropout"),
        ("# - some dropout", "dropout"),
        ("# Two latent\n# variables.", "latent variable"),
        ("# The latents are two.", "latent variable"),
        ("# Entropies add.", "entropy"),
        ("# The biases are 0.", "bias"),
        ("# An optimizer.", "optimiser"),
        ("# An optimiser.", "optimiser"),
        ("# Batch normalization.", "batch normalisation"),
        ("# The cross-entropy.", "cross entropy"),
        ("# The Kullback–Leibler divergence.", "KL divergence"),
        ("# The Kullback–Leibler (KL) divergence.", "KL divergence"),
        ("# A GAN.", "generative adversarial network"),
        ("# Adam.", "Adam"),
        ("# Some $n$-grams.", "n-gram model"),
    ],
)
def test_the_claim_above_rejects_an_early_use(text, term):
    assert early_terms(text) == [term]


def test_the_claim_above_rejects_a_page_that_does_not_name_the_page_with_the_explanation():
    assert early_terms("# A batch.", needs="Python") == ["batch"]
    assert early_terms("# A batch.", needs="[steps](1.9_later.py)") == ["batch"]
    assert early_terms("# A batch.", before="# %% [markdown]\n# A batch.") == ["batch"]


@pytest.mark.parametrize(
    "text",
    [
        "# A batch. Another batch.",  # explained on page 1.1
        "# With **dropout** a layer sets random units to zero. Dropout helps.",
        "# Some units are set to zero at random. This is **dropout**.",
        "# See [dropout](04_rnn.py#a-language-model-the-network-against-n-grams).",  # as in the glossary
        "# ## Dropout",
        "# **You will be able to**\n#\n# - use dropout.\n#\n# **You need** nothing.",
        "# The formula $dropout$, the code `dropout`, and\n#\n# $$ dropout $$\n#\n# ```\n# dropout\n# ```",
        "# Sources:\n#\n# - Dropout: a title.",
        "\n# %%\ndropout = 0.5  # dropout",
        "# A [picture](dropout.png).",
        "# Ada, Eve and Madam.",
    ],
)
def test_the_claim_above_accepts(text):
    assert early_terms(text) == []


def test_a_page_that_is_needed_by_a_needed_page_counts():
    assert early_terms("# A batch.", needs="[nothing new](1.2_nothing_new.py)") == []


def test_a_use_is_reported_with_its_line_and_its_sentence():
    (use,) = uses_of("# %% [markdown]\n# # A title\n#\n# Yes. The mean\n# entropy $x$ is 0. No.\n", GLOSSARY)
    assert (use.line, use.term, use.sentence) == (5, "entropy", "The mean entropy ··· is 0.")
    assert table([("1.1_a.py", use)]).split() == ["1.1_a.py:5", "entropy", *use.sentence.split()]


def test_a_longer_term_is_no_use_of_a_shorter_one():
    page = "# %% [markdown]\n# The log-likelihood, maximum likelihood and a batch-normalised thing.\n"
    assert [use.term for use in uses_of(page, GLOSSARY)] == ["log-likelihood", "maximum likelihood", "batch"]

"""The uses of the glossary's terms in the prose of pages, and those that come before an explanation.

A page explains a term with its first use there, if the term is in bold and its sentence says more. Or the first use is
a link to the section that explains the term. Or a page that is linked under **You need** explains it, or a page that
is needed there. Whether an explanation is good remains for a reader to judge.

No prose are formulas, code, the addresses of links, and sources. Headings and the list "You will be able to" are no
uses either: they promise what the page will explain.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..test_glossary import rows

ALSO = {  # other names of a term, besides its plural and those in the glossary
    "backpropagation": ["back-propagation"],
    "Bernoulli distribution": ["Bernoulli"],
    "finite difference": ["central difference", "one-sided difference"],
    "Gaussian distribution": ["Gaussian"],
    "generative adversarial network": ["adversarial network"],
    "gradient descent": ["gradient ascent"],
    "KL divergence": ["KL"],
    "latent variable": ["latent"],
    "minimax game": ["minimax"],
    "Monte Carlo estimate": ["Monte Carlo"],
    "n-gram model": ["n-gram"],
    "non-saturating loss": ["non-saturating"],
    "overfitting": ["overfit"],
    "reparameterisation trick": ["reparameterisation"],
    "saturation": ["saturating"],
    "test set": ["held-out"],
    "Wasserstein distance": ["Wasserstein"],
}
MIN_WORDS = 4  # of a sentence that explains a term, besides the term
POINTS_BACK = re.compile(r"\W*(This|It) is\b")  # the sentence before is the explanation
NO_PROSE = (
    r"^```.*?^```",
    r"\$\$.*?\$\$",
    r"\$[^$]*\$",
    r"`[^`]*`",
    r"^#+ [^\n]*",
    r"^\*\*You will be able to\*\*.*?(?=^\*\*You need\*\*)",
    r"^Sources:.*?(?=\n\n\n|\Z)",
)
END_OF_SENTENCE = r"\n\s*\n|\n(?=\s*(?:- |\d+\. |\||>))|(?<=[.?!])[*)\"]*\s+(?=\W*[A-Z]|·)"
WORD = r"[^\W\d_]+"


class Use(NamedTuple):
    """A use of a term: line of the page, sentence, whether it explains, and the address if it is a link."""

    line: int
    term: str
    sentence: str
    explains: bool
    link: str


class Glossary:
    """The terms of a glossary: the section that explains each, and a pattern of its names."""

    def __init__(self, text: str):
        self.sections, self.patterns = {}, {}
        for names, _, _, _, file, section in rows(text):
            term, *others = re.sub(r" \((of|compiled)[^)]*\)|\)", "", names).split(" (")
            self.sections[term] = f"{file}#{section}" if section else file
            self.patterns[term] = re.compile("|".join(map(pattern, [term, *others, *ALSO.get(term, [])])))

    def uses(self, prose: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, term) of each use, in order. A log-likelihood is no use of the term likelihood."""
        found = [
            (*hit.span(), term) for term, names in self.patterns.items() for hit in names.finditer(prose)
        ]
        reached = 0
        for start, end, term in sorted(found, key=lambda use: (use[0], -use[1])):
            if start >= reached:
                yield start, end, term
                reached = end


def pattern(name: str) -> str:
    """A regular expression for a name: its plural, both spellings, hyphens or spaces, an abbreviation in it."""
    *words, last = re.split("[ -]", name)
    last = f"{last[:-1]}(?:y|ies)" if last.endswith("y") else f"{last}(?:es|s)?"
    text = r"(?: \([\w-]+\))?[\s–-]+".join([*words, last])
    text = re.sub("i[sz](?=ation|er)", "i[sz]", text)
    has_case = name == "Adam" or sum(letter.isupper() for letter in name) > 1  # an abbreviation
    return rf"\b{text}\b" if has_case else rf"(?i:\b{text}\b)"


def prose_of(page: str) -> str:
    """The page with a dot for each letter that is no prose; all lines are there, so that they can be counted."""
    lines, is_text = [], False
    for line in page.splitlines():
        if line.startswith("# %%"):
            is_text, line = "[markdown]" in line, ""
        lines.append(line.removeprefix("#").removeprefix(" ") if is_text else "")
    text = re.sub(r"\$n\$(?=-gram)", "··n", "\n".join(lines))
    for no_prose in NO_PROSE:
        text = re.sub(no_prose, lambda hit: re.sub(r"[^\n]", "·", hit[0]), text, flags=re.M | re.S)
    return text


def uses_of(page: str, glossary: Glossary) -> Iterator[Use]:
    """The uses of the terms on a page, in order."""
    prose = prose_of(page)
    links = [(*hit.span(1), hit[2]) for hit in re.finditer(r"\[([^\]]+)\]\(([^)]+)\)", prose)]
    prose = re.sub(r"(?<=\])\([^)]+\)", lambda hit: "·" * len(hit[0]), prose)
    bold = [hit.span() for hit in re.finditer(r"\*\*[^*]+\*\*", prose)]
    ends = [hit.end() for hit in re.finditer(END_OF_SENTENCE, prose)] + [len(prose)]
    for start, end, term in glossary.uses(prose.replace("*", " ")):
        last = next(place for place in ends if place > start)
        first = max((place for place in ends if place <= start), default=0)
        sentence = " ".join(prose[first:last].split())
        others = re.findall(WORD, prose[first:start] + " " + prose[end:last])
        says_more = len(others) >= MIN_WORDS or bool(POINTS_BACK.match(sentence))
        is_bold = any(a < start < b for a, b in bold)
        link = next((address for a, b, address in links if a <= start < b), "")
        yield Use(prose.count("\n", 0, start) + 1, term, sentence, is_bold and says_more, link)


def needed(page: str) -> list[str]:
    """The files that a page links to under **You need**."""
    paragraph = re.search(r"^# \*\*You need\*\*.*?(?=^#?$)", page, re.M | re.S)
    return re.findall(r"\]\(([^)#]+\.py)", paragraph[0]) if paragraph else []


def early_uses(pages: Mapping[str, str], glossary: Glossary) -> Iterator[tuple[str, Use]]:
    """(page, first use) of each term that is used before it is explained; pages are {file: text}, in order."""
    uses = {file: [*uses_of(page, glossary)] for file, page in pages.items()}
    explained = {file: {use.term for use in found if use.explains} for file, found in uses.items()}
    known: dict[str, set[str]] = {}  # to a reader of the page and of all that it needs
    for file, page in pages.items():
        met = set().union(*(known.get(other, ()) for other in needed(page)))
        known[file] = met | explained[file]
        for use in uses[file]:
            leads_to_it = use.link == glossary.sections[use.term] or use.term in explained.get(
                use.link.partition("#")[0], ()
            )
            if not (use.term in met or use.explains or leads_to_it):
                yield file, use
            met = met | {use.term}

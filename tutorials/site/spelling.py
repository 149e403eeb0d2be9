"""One spelling for the search: British endings become American ones before a word is reduced to its stem."""

from __future__ import annotations

import json
import re

SPELLINGS = (
    (r"is(ation|ations|e|ed|es|er|ers|ing)$", r"iz\1"),  # reparameterisation, optimiser
    (r"our(s|ed|ing|less)?$", r"or\1"),  # colour, neighbours
    (r"ll(ed|ing|er)$", r"l\1"),  # labelled, modelling
    (r"tre(s)?$", r"ter\1"),  # centre
)

SCRIPT = """// The search reads both spellings as one word. Written by spelling.py.
const SPELLINGS = %s;
if (typeof Stemmer !== "undefined") {
  const American = Stemmer;
  Stemmer = function () {
    const stemmer = new American();
    const american = (text, [british, ending]) => text.replace(british, ending);
    this.stemWord = (word) => stemmer.stemWord(SPELLINGS.reduce(american, word.toLowerCase()));
  };
}
addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the page of the search
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, ...rest) => { // summaries have a formula once, and not as LaTeX
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const formula of page.querySelectorAll(".katex-mathml")) formula.remove();
    return textOf(page.documentElement.outerHTML, ...rest);
  };
});
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined")
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // a page on disk cannot fetch others
"""


def american(word: str) -> str:
    """A word with American endings, in lower case."""
    for british, replacement in SPELLINGS:
        word = re.sub(british, replacement, word.lower())
    return word


def script() -> str:
    """The JavaScript that gives both spellings of the words of a query."""
    rules = ", ".join(
        f"[/{british}/, {json.dumps(text.replace(chr(92), '$'))}]" for british, text in SPELLINGS
    )
    return SCRIPT % f"[{rules}]"

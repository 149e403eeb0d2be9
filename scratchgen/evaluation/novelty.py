"""How varied a generated text is, and how much of it is copied from the training text."""

from __future__ import annotations

from scratchgen.errors import BadInput, check_counts


def distinct_n(text: str, n: int) -> float:
    """The share of the n-grams of words in a text that are different from one another, in (0, 1].

        distinct-n = |{g_i : 1 ≤ i ≤ N}| / N

    g_i are the N = W − n + 1 n-grams of the W words of the text; words are separated by white space. The value falls
    with the length of the text, so that only texts of one length can be compared.
    Raises BadInput for n < 1, and for a text of fewer than n words.
    Source: Li et al. (2016), section 5.2.   Ledger: evaluation.distinct_n
    """
    check_counts(n=n)
    words = text.split()
    if len(words) < n:
        raise BadInput(f"a text of {len(words)} words has no n-gram of {n} words; give a longer text")
    ngrams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    return len(set(ngrams)) / len(ngrams)


def longest_copied_run(text: str, source: str) -> str:
    """The longest run of characters of a text that occurs in a source, the first of equal length; "" without one.

        r = max { b − a : x_a … x_{b−1} occurs in y }

    x is the text, y the source, and r the length of the result. Every part of a run that occurs in the source occurs
    there too, so that r is found by bisection.
    Source: the definition; a common substring as in Gusfield (1997), section 7.4.   Ledger: evaluation.copied_run
    """
    low, high = (
        0,
        min(len(text), len(source)),
    )  # a run of `low` characters is copied, one of `high` + 1 is not
    found = ""
    while low < high:
        middle = (low + high + 1) // 2
        run = _copied_run(text, source, middle)
        if run is None:
            high = middle - 1
        else:
            low, found = middle, run
    return found


def _copied_run(text: str, source: str, length: int) -> str | None:
    """The first run of this length in the text that occurs in the source."""
    starts = range(len(text) - length + 1)
    runs = {text[i : i + length] for i in starts}
    copied = {run for i in range(len(source) - length + 1) if (run := source[i : i + length]) in runs}
    return next((run for i in starts if (run := text[i : i + length]) in copied), None)

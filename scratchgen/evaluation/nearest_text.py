"""The most similar of many known texts, as a baseline: the translation of the nearest source, for instance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scratchgen.errors import BadInput, NotInstalled

LONGEST_NGRAM = 4  # characters
ROWS = 256  # texts whose similarities are in memory at a time


def nearest_texts(texts: Sequence[str], known: Sequence[str]) -> list[int]:
    """For each text the index of the most similar known text, the first of equal ones.

    The similarity is the cosine of the counts of n-grams of one to four characters, weighted by tf-idf with
    sublinear tf (scikit-learn's `TfidfVectorizer`).
    Raises BadInput for no known texts, and if all are empty; NotInstalled without scikit-learn.
    """
    if not any(known):
        raise BadInput("the nearest of no texts cannot be found; give at least one text that is not empty")
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError:
        raise NotInstalled(
            'nearest texts need scikit-learn, which is not installed; `pip install "scratchgen-numpy[eval]"`'
        ) from None
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(1, LONGEST_NGRAM), sublinear_tf=True, dtype=np.float32
    )
    columns = vectorizer.fit_transform(known).T.tocsc()
    rows = vectorizer.transform(texts)
    nearest: list[int] = []
    for start in range(0, len(texts), ROWS):
        similarities = rows[start : start + ROWS] @ columns
        nearest += np.asarray(similarities.argmax(axis=1)).ravel().tolist()
    return nearest

"""BLEU, by the library `sacrebleu`: how many runs of words a translation shares with those of people."""

from __future__ import annotations

from collections.abc import Sequence

from scratchgen.errors import BadInput, NotInstalled


def bleu(translations: Sequence[str], references: Sequence[Sequence[str]], words: str = "13a") -> float:
    """Corpus BLEU in 0 … 100, of runs of one to four words.

    references    for each translation all that are known, one or more
    words         how texts are cut into words: "13a" for languages with spaces, "zh" for Chinese
    Raises BadInput for no translations, and where some have no reference; NotInstalled without sacrebleu.
    Source: Papineni et al. (2002), section 2.3; Post (2018) for the words.
    """
    if not translations or len(translations) != len(references) or not all(references):
        raise BadInput(
            f"{len(translations)} translations and {len(references)} sets of references; BLEU needs one each"
        )
    try:
        import sacrebleu
    except ImportError:
        raise NotInstalled("BLEU is sacrebleu's, which is not installed; `pip install sacrebleu`") from None
    most = max(map(len, references))
    streams = [[known[k] if k < len(known) else None for known in references] for k in range(most)]
    return float(sacrebleu.corpus_bleu(list(translations), streams, tokenize=words).score)

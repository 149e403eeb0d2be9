"""BLEU by the library `sacrebleu`: the n-gram precision of translations against human references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scratchgen.errors import BadInput, NotInstalled


def bleu(translations: Sequence[str], references: Sequence[Sequence[str]], tokenize: str = "13a") -> float:
    """Corpus BLEU in 0 … 100, with n-grams of one to four words.

    references    for each translation its references, one or more
    tokenize      sacrebleu's tokenizer: "13a" for languages with spaces, "zh" for Chinese
    Raises BadInput for no translations, and for a translation without a reference; NotInstalled without sacrebleu.
    Source: Papineni et al. (2002), section 2.3; Post (2018) for the tokenizers.
    """
    if not translations or len(translations) != len(references) or not all(references):
        raise BadInput(
            f"{len(translations)} translations and {len(references)} sets of references; BLEU needs at least one "
            "reference per translation"
        )
    try:
        import sacrebleu
    except ImportError:
        raise NotInstalled("BLEU needs sacrebleu, which is not installed; `pip install sacrebleu`") from None
    count = max(map(len, references))
    streams: list[Any] = [  # Any: sacrebleu takes None for a missing reference, but its stubs do not say so
        [known[k] if k < len(known) else None for known in references] for k in range(count)
    ]
    return float(sacrebleu.corpus_bleu(list(translations), streams, tokenize=tokenize).score)

"""From a prompt to phones: phones in brackets as they are, and words by a model from letters to phones."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scratchgen import rnn
from scratchgen.data.phones import PAUSE, PHONES
from scratchgen.data.sentences import spoken_words
from scratchgen.errors import BadInput
from scratchgen.tasks.load import load_run

Pronounce = Callable[[str], list[str]]  # the phones of a word


def phones_of_prompt(prompt: str, pronounce: Pronounce | None) -> list[str]:
    """The phones of a prompt and a pause at the end: "hello [W ER1 L D]" ↦ HH, AH0, L, OW1, W, ER1, L, D, PAUSE.

    Text in brackets is phones of `PHONES`, separated by spaces; all other text is spoken by `spoken_words`.
    pronounce    word ↦ phones; None where only brackets are known
    Raises BadInput for unknown phones and characters, for an empty prompt, and for words without `pronounce`.
    """
    phones: list[str] = []
    for bracketed, text in re.findall(r"\[([^\[\]]*)\]|([^\[\]]+)", prompt):
        if text.strip():
            if pronounce is None:
                raise BadInput(
                    "this model reads phones: give --prompt '[HH AH0 L OW1]', or train it with --pronunciation RUN"
                )
            for word in spoken_words(text):
                phones += [PAUSE] if word == PAUSE else pronounce(word)
        for phone in bracketed.split():
            if phone not in PHONES:
                raise BadInput(f"--prompt: {phone!r} is no phone of ARPAbet; choose from {' '.join(PHONES)}")
            phones.append(phone)
    if not phones:
        raise BadInput("there is nothing to speak; give a sentence, or phones in [brackets], as --prompt")
    return [*phones, PAUSE]


def load_pronunciation(directory: Path) -> Pronounce:
    """The pronunciation by a finished run of the task translation from letters to phones.

    Raises BadInput if there is none at this path, and for a run of another task.
    """
    run = load_run(directory)
    written = getattr(run.model, "tokenizers", (None, None))[1]
    if run.task.name != "translation" or not set(getattr(written, "words", ())) & set(PHONES):
        raise BadInput(
            f"{directory} does not pronounce words; train such a run with `scratchgen train rnn --task translation "
            "--data cmudict`"
        )
    return by_model(run.model)


def by_model(model: rnn.Translator) -> Pronounce:
    """word ↦ its most probable phones by beam search. Raises BadInput for a letter that no training word had."""
    known = set(getattr(model.tokenizers[0], "characters", ""))

    def pronounce(word: str) -> list[str]:
        if known and (unknown := sorted(set(word) - known)):
            raise BadInput(
                f"no word of the training has {', '.join(map(repr, unknown))}, as {word!r}; leave it out"
            )
        return [phone for phone in model.translations(word)[0].text.split() if phone in PHONES]

    return pronounce

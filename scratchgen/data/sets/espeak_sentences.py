"""Half an hour of English sentences, spoken by the formant synthesiser eSpeak NG from the phones of CMUdict."""

from __future__ import annotations

import hashlib
import json
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np

from scratchgen.data.phones import PAUSE, Alignment
from scratchgen.data.remote.fetch import cache_folder
from scratchgen.data.sentences import spoken_words
from scratchgen.data.sets import cmudict, tatoeba
from scratchgen.data.types import PairData, SoundData
from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.random import Generator

NAME = "espeak-sentences"
SIZES = (900, 50, 50)
LEAST_WORDS, MOST_WORDS = 4, 12  # of a sentence
LIST_SHARE, LIST_WORDS = (
    3,
    5,
)  # every third utterance of the training part is a list of words drawn from CMUdict
SEED = 1000

Words = list[list[str]]  # the phones of the words of an utterance, PAUSE alone for a pause


def load() -> SoundData:
    """900 train, 50 validation and 50 test utterances at 22.05 kHz, with their phones and where these end.

    The sentences are those of the three parts of tatoeba-fra-eng, without repetition; a third of the training part
    are lists of five words of the training part of CMUdict, so that rare phones occur too. The phones are the first
    pronunciation that CMUdict gives. The first call synthesises the sounds in a few seconds, and keeps them in the
    folder of downloads.
    Raises BadInput if one of the two sets is not available, and NotInstalled without the package espeakng-loader.
    """
    from scratchgen.data.sets import espeak_voice  # with ctypes, which `import scratchgen` does without

    espeak_voice.library()
    parts = utterances(cmudict.load(), tatoeba.load_french())
    whole = [words for part in parts for words in part]
    key = json.dumps([metadata.version("espeakng-loader"), whole]).encode()
    path = cache_folder() / NAME / f"{hashlib.sha256(key).hexdigest()[:16]}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        spoken = espeak_voice.speak(whole)
        if failed := [words for words, found in zip(whole, spoken, strict=True) if found is None]:
            raise BadInput(
                f"the voice did not speak the phones of {failed[0]}; install espeakng-loader again"
            )
        sounds, alignments = zip(*(found for found in spoken if found), strict=True)
        with replacing(path) as temporary:
            np.savez(
                temporary, samples=np.concatenate(sounds), ends=np.concatenate([a.ends for a in alignments])
            )
    return _from_file(path, parts)


def utterances(dictionary: PairData, pairs: PairData) -> tuple[list[Words], list[Words], list[Words]]:
    """The phones of the utterances of the three parts, drawn with a fixed seed."""
    known: dict[str, list[str]] = {PAUSE: [PAUSE]}
    for part in (dictionary.train, dictionary.validation, dictionary.test):
        for word, phones in part:
            known.setdefault(word, phones.split())
    rng, parts = Generator(SEED), []
    listed = [word for word, _ in dictionary.train if word.isalpha()]
    for size, part in zip(SIZES, (pairs.train, pairs.validation, pairs.test), strict=True):
        sentences, found = list(dict.fromkeys(english for english, _ in part)), list[Words]()
        places = iter(rng.permutation(len(sentences)))
        while len(found) < size:
            if part is pairs.train and len(found) % LIST_SHARE == LIST_SHARE - 1:
                words = [listed[int(i)] for i in rng.integers(0, len(listed), LIST_WORDS)]
            else:
                words = _words(sentences[int(next(places))])
            if LEAST_WORDS <= len(words) <= MOST_WORDS and all(word in known for word in words):
                found.append([known[word] for word in words])
        parts.append(found)
    train, validation, test = parts
    return train, validation, test


def _words(sentence: str) -> list[str]:
    """The spoken words of a sentence; none where it has a character that is not pronounced."""
    try:
        return spoken_words(sentence)
    except BadInput:
        return []


def _from_file(path: Path, parts: tuple[list[Words], ...]) -> SoundData:
    from scratchgen.data.sets.espeak_voice import RATE, as_sound

    try:
        with np.load(path, allow_pickle=False) as stored:
            samples, ends = as_sound(stored["samples"]), stored["ends"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path} is damaged ({error}); delete it, and it is made again") from None
    sounds, alignments, sample, end = [], [], 0, 0
    for part in parts:
        of_part, aligned = [], []
        for words in part:
            phones = (*(phone for word in words for phone in word), PAUSE)
            found = ends[end : end + len(phones)]
            of_part.append(samples[sample : sample + found[-1]])
            aligned.append(Alignment(phones, found))
            sample, end = sample + found[-1], end + len(phones)
        sounds.append(of_part)
        alignments.append(aligned)
    train, validation, test = alignments
    return SoundData(NAME, RATE, sounds[0], sounds[1], sounds[2], alignments=(train, validation, test))

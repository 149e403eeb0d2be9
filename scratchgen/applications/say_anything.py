"""Say anything: from letters to phones, from phones to durations and frames, from frames to sound."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Job, Outcome, Result, Shown
from scratchgen.applications.pronounce_words import pronounce_words, show_words, word_results
from scratchgen.applications.ranks import best_median_worst
from scratchgen.data import PairData, load_pairs
from scratchgen.data.files.performance import write_wav
from scratchgen.data.phones import PHONES
from scratchgen.data.speech import HOP, RATE, SpeechData, Utterance, ids_of, load_speech, log_mel_of
from scratchgen.errors import BadInput
from scratchgen.evaluation import ConcatenatedPhones, mel_cepstral_distortion
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.rnn import AcousticModel
from scratchgen.tasks.pronunciation import by_model, phones_of_prompt
from scratchgen.tasks.speech import both_voices, sound_of_frames

SENTENCE = "Hello, this is a machine that learned to speak."
CONCATENATED = "phones of similar context, concatenated"
HEARD = 12  # utterances whose sound is analysed again
TOKENIZERS: dict[str, Any] = {"tokenizer": "characters", "target_tokenizer": "words", "max_length": 0}
FULL_WORDS = {
    **TOKENIZERS,
    "hidden": 256,
    "embedding": 64,
    "dropout": 0.2,
    "epochs": 10,
    "batch_size": 64,
    "learning_rate": 2e-3,
}
QUICK_WORDS = {
    **TOKENIZERS,
    "hidden": 64,
    "embedding": 32,
    "epochs": 5,
    "batch_size": 64,
    "learning_rate": 1e-2,
}
FULL_SPEECH: dict[str, Any] = {"hidden": 192, "epochs": 40, "batch_size": 8, "learning_rate": 3e-3}
QUICK_SPEECH: dict[str, Any] = {"hidden": 32, "epochs": 8, "batch_size": 8, "learning_rate": 5e-3}


def say_anything(job: Job, words: str, speech: str) -> Outcome:
    """Learn to pronounce words and to speak phones; compare both with baselines, and speak held-out utterances.

    words     "cmudict", or a file of words and their phones
    speech    a data set of speech whose phones are known
    Raises BadInput for phones that no voice speaks.
    """
    pairs, recorded = _checked(load_pairs(words)), load_speech(speech)
    pronunciation, _, _ = job.train(
        "translation", pairs, run="pronunciation", **(QUICK_WORDS if job.quick else FULL_WORDS)
    )
    model, _, _ = job.train(
        "speech", recorded, pronunciation="../pronunciation", **(QUICK_SPEECH if job.quick else FULL_SPEECH)
    )
    spoken = pronounce_words(pronunciation, pairs)
    ours, theirs = both_voices(model, recorded, "test")
    results = [
        *word_results(spoken),
        _result("mel-cepstral distortion, dB, true durations", ours.given, theirs.given, promised=True),
        _heard(model, recorded),
        _result(
            "mel-cepstral distortion, dB, own durations, warped in time", ours.predicted, theirs.predicted
        ),
        _result("error of durations, ms per phone", ours.durations, theirs.durations, digits=1),
    ]
    phones = phones_of_prompt(SENTENCE, by_model(pronunciation))
    path, typed = job.show("sentence.wav", f"a typed sentence: {SENTENCE} [{' '.join(phones)}]")
    write_wav(sound_of_frames(model.speak(ids_of(phones)), Generator(HELD_OUT_SEED)), path, RATE)
    return Outcome(
        results=results,
        shown=[typed, *_ranked(model, recorded.test, ours.given, job), *show_words(spoken, job)],
    )


def _checked(pairs: PairData) -> PairData:
    """The same pairs. Raises BadInput if a target is no sequence of phones."""
    for part in (pairs.train, pairs.validation, pairs.test):
        for word, phones in part:
            if unknown := [phone for phone in phones.split() if phone not in PHONES]:
                raise BadInput(
                    f"{pairs.name}: {unknown[0]!r}, of {word!r}, is no phone of ARPAbet; write a word, a tab and its "
                    "phones per line, such as K AE1 T for cat"
                )
    return pairs


def _result(
    measure: str,
    ours: np.ndarray,
    theirs: np.ndarray,
    *,
    promised: bool = False,
    real: float | None = None,
    digits=2,
) -> Result:
    baseline = float(theirs.mean())
    return Result(
        measure=f"{measure}, of {len(ours)} held-out utterances",
        ours=float(ours.mean()),
        baselines={CONCATENATED: baseline},
        real=real,
        target=baseline if promised else None,
        rule="below concatenated phones" if promised else "",
        higher_is_better=False,
        digits=digits,
    )


def _heard(model: AcousticModel, recorded: SpeechData) -> Result:
    """The distortion of the sounds themselves, analysed again: after Griffin-Lim, also of the recorded frames."""
    baseline, held_out = ConcatenatedPhones(recorded.train), recorded.test[:HEARD]
    again = lambda frames: log_mel_of(sound_of_frames(frames, Generator(HELD_OUT_SEED)).astype(np.float32))
    voices = [
        np.array([mel_cepstral_distortion(again(frames(u)), u.log_mel) for u in held_out])
        for frames in (
            lambda u: model.speak(u.phones, u.durations),
            lambda u: baseline.speak(u.phones, u.durations),
            lambda u: u.log_mel,
        )
    ]
    return _result(
        "mel-cepstral distortion, dB, of the sounds, true durations",
        *voices[:2],
        real=float(voices[2].mean()),
    )


def _ranked(model: AcousticModel, held_out: list[Utterance], distortion: np.ndarray, job: Job) -> list[Shown]:
    """The held-out utterances of the least, the median and the greatest distortion, and how they were recorded."""
    shown: list[Shown] = []
    pictures: dict[str, np.ndarray] = {}
    for name, i in best_median_worst(-distortion):
        u = held_out[i]
        frames = model.speak(u.phones, u.durations)
        pictures |= {f"{name}, recorded": u.log_mel, f"{name}, spoken": frames}
        said = " ".join(PHONES[phone] for phone in u.phones)
        for voice, of in (("spoken", frames), ("recorded", u.log_mel)):
            caption = f"{name} of {len(held_out)} by distortion, {distortion[i]:.2f} dB, {voice}: {said}"
            path, entry = job.show(f"{name}-{voice}.wav", caption)
            write_wav(sound_of_frames(of, Generator(HELD_OUT_SEED)), path, RATE)
            shown.append(entry)
    path, entry = job.show("spectrograms.png", "the same utterances, as recorded and as spoken by the model")
    plots.mel_spectrograms(
        list(pictures.values()), list(pictures), HOP / RATE, RATE / 2, path, "held-out utterances", columns=2
    )
    return [entry, *shown]

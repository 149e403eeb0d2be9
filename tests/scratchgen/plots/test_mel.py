"""A mel spectrogram has its tones at their frequencies and its frames at their times."""

import numpy as np
import pytest

from scratchgen import plots
from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.stft import stft


def test_a_tone_of_a_tick_is_brightest_at_the_tick(drawn, tmp_path):
    rate, length, hop = 8000, 512, 128
    filters = mel_filters(rate, length, 40)
    for f in (500, 1000, 2000):
        x = np.sin(2 * np.pi * f * np.arange(4000) / rate)
        picture = log_mel(np.abs(stft(x, length, hop)) ** 2, filters)
        plots.mel_spectrograms([picture], ["tone"], hop / rate, rate / 2, tmp_path / "mel.png", "<&>")
        axes = drawn[-1].axes[0]
        labels = [tick.get_text() for tick in axes.get_yticklabels()]
        tick = axes.get_yticks()[labels.index(str(f))]
        assert tick == pytest.approx(1 + picture[10].argmax(), abs=0.75)
        assert axes.get_xlim() == pytest.approx((0, len(picture) * hop / rate))


def test_every_picture_has_its_place_and_one_range_of_colours(drawn, tmp_path):
    pictures = [np.full((5, 8), float(level)) for level in range(4)]
    plots.mel_spectrograms(pictures, list("abcd"), 0.01, 4000, tmp_path / "mel.png", "four")
    shown = [axes for axes in drawn[0].axes if axes.get_title()]
    assert [axes.get_title() for axes in shown] == list("abcd")
    assert {axes.images[0].get_clim() for axes in shown} == {(-67.0, 3.0)}

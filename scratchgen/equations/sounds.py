"""Sounds: phases from magnitudes, filters, spectra from mel bands, and measures of a sound."""

from __future__ import annotations

import numpy as np

from scratchgen.data.preprocessing.griffin_lim import griffin_lim, spectral_convergence
from scratchgen.data.preprocessing.mel_inversion import spectrum_of_mel
from scratchgen.data.preprocessing.pre_emphasis import de_emphasis, pre_emphasis
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Uniform
from scratchgen.evaluation.sound_measures import level, snr, spectral_flatness
from scratchgen.evaluation.spectral_subtraction import spectral_subtraction

SOUNDS = (
    Equation(
        "data.griffin_lim",
        "phases from magnitudes, fast Griffin-Lim",
        r"t_n = \text{stft}(\text{istft}(S\, c_{n-1} / |c_{n-1}|)), \quad c_n = t_n + \alpha (t_n - t_{n-1})",
        "t_n = stft(istft(S c_{n−1} / |c_{n−1}|)),  c_n = t_n + α (t_n − t_{n−1})",
        "Griffin & Lim (1984); Perraudin, Balazs & Søndergaard (2013), algorithm 2",
        "scratchgen.data.preprocessing.griffin_lim:griffin_lim",
        example=Example(
            "S = (2, 1, 0) in both frames, N = 2, length 4, hop 2, w = (0, ½, 1, ½), all first phases 0, one step\n"
            "istft(c₀): y₀ = y₁ = (1, ½, 0, ½), so x = (0, (½ · ½ + ½ · ½) / ½) = (0, ½)\n"
            "stft(x) = (¼, ¼ i, −¼), (¼, −¼ i, −¼)\n"
            "with the magnitudes S: (2, i, 0), (2, −i, 0), y₀ = (½, 0, ½, 1), y₁ = (½, 1, ½, 0)\n"
            "x = (1 · ½, (½ · 1 + ½ · 1) / ½) = (0.5, 2)",
            (0.5, 2.0),
            lambda S, u, N, length, hop: griffin_lim(
                np.array(S), N, length, hop, steps=1, momentum=0.0, rng=Uniform(u)
            ),
            {
                "S": [[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]],
                "u": (0.0,) * 6,
                "N": 2,
                "length": 4,
                "hop": 2,
            },
            recorded=False,
        ),
        symbols={
            "S": "given magnitudes, (M, length//2 + 1), ≥ 0",
            "c_n": "the transform after step n, complex; c_0 = S exp(2πi u), u ~ U(0, 1)",
            "t_n": "the transform of a sound that is nearest to S c_{n−1} / |c_{n−1}|; t_0 = t_1",
            "α": "momentum, in [0, 1)",
            "stft": "short-time Fourier transform",
            "istft": "its inverse, by least squares",
        },
    ),
    Equation(
        "data.spectral_convergence",
        "spectral convergence",
        r"C = \frac{\lVert\, |\text{stft}(x)| - S \,\rVert}{\lVert S \rVert}",
        "C = ‖ |stft(x)| − S ‖ / ‖S‖",
        "Sturmel & Daudet (2011)",
        "scratchgen.data.preprocessing.griffin_lim:spectral_convergence",
        example=Example(
            "x = (0, 1), length 4, hop 2: times w the frames are (0, 0, 0, ½) and (0, ½, 0, 0), all magnitudes ½\n"
            "S = 1 everywhere: each of the 8 differences is ½, so C = √(8 · ¼) / √8 = 0.5",
            0.5,
            lambda x, S, length, hop: spectral_convergence(x, np.array(S), length, hop),
            {"x": [0.0, 1.0], "S": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], "length": 4, "hop": 2},
            recorded=False,
        ),
        symbols={
            "C": "relative distance, ≥ 0",
            "x": "the sound, (N,)",
            "S": "given magnitudes; the norm is over all length frequencies of each frame",
            "stft": "short-time Fourier transform",
        },
    ),
    Equation(
        "data.mel_inversion",
        "spectrum of mel bands",
        r"P \leftarrow P \odot \frac{B F^\top}{P F F^\top}",
        "P ← P ⊙ (B Fᵀ) / (P F Fᵀ)",
        "Lee & Seung (2001), theorem 1",
        "scratchgen.data.preprocessing.mel_inversion:spectrum_of_mel",
        example=Example(
            "one band of two bins, F = (1, 3)ᵀ, B = 10: P starts as B Fᵀ = (10, 30), and P F = 100\n"
            "P = (10 · 10 / 100, 30 · 30 / 300) = (1, 3), whose band is 1 · 1 + 3 · 3 = 10",
            (1.0, 3.0),
            lambda B, F: spectrum_of_mel(B, F, steps=1),
            {"B": [[10.0]], "F": [[1.0], [3.0]]},
            recorded=False,
        ),
        symbols={
            "P": "power of each frequency, (M, bins), ≥ 0; at first B Fᵀ; ⊙ and / work element by element",
            "B": "power of each band, (M, bands), ≥ 0",
            "F": "filters, (bins, bands), ≥ 0",
        },
    ),
    Equation(
        "data.pre_emphasis",
        "pre-emphasis",
        r"y_n = x_n - a\, x_{n-1}",
        "y_n = x_n − a x_{n−1}",
        "Rabiner & Schafer (1978), chapter 8",
        "scratchgen.data.preprocessing.pre_emphasis:pre_emphasis",
        example=Example(
            "a = ½, x = (1, 1, 0): y = (1, 1 − ½, 0 − ½) = (1, 0.5, −0.5)",
            (1.0, 0.5, -0.5),
            pre_emphasis,
            {"x": [1.0, 1.0, 0.0], "a": 0.5},
            recorded=False,
        ),
        symbols={
            "y_n": "sample n of the filtered sound",
            "x_n": "sample n of the sound, x_{−1} = 0",
            "a": "in [0, 1)",
        },
    ),
    Equation(
        "data.de_emphasis",
        "inverse of pre-emphasis",
        r"x_n = y_n + a\, x_{n-1}",
        "x_n = y_n + a x_{n−1}",
        "Rabiner & Schafer (1978), chapter 8",
        "scratchgen.data.preprocessing.pre_emphasis:de_emphasis",
        example=Example(
            "a = ½, y = (1, 0.5, −0.5): x = (1, 0.5 + ½ · 1, −0.5 + ½ · 1) = (1, 1, 0)",
            (1.0, 1.0, 0.0),
            de_emphasis,
            {"y": [1.0, 0.5, -0.5], "a": 0.5},
            recorded=False,
        ),
        symbols={
            "x_n": "sample n of the sound, x_{−1} = 0",
            "y_n": "sample n of the filtered sound",
            "a": "in [0, 1)",
        },
    ),
    Equation(
        "evaluation.level",
        "level of a sound",
        r"L = 10 \log_{10} \frac1N \sum_n x_n^2",
        "L = 10 log₁₀ (1/N Σ_n x_n²)",
        "the definition, without the 3.01 dB that AES17 adds",
        "scratchgen.evaluation.sound_measures:level",
        example=Example(
            "x = (0.1, −0.1): the mean square is 0.01, and 10 log₁₀ 0.01 = −20",
            -20.0,
            level,
            {"x": [0.1, -0.1]},
            recorded=False,
        ),
        symbols={
            "L": "level in dB relative to full scale; −120 for silence",
            "x_n": "sample n, full scale is ±1",
            "N": "number of samples",
        },
    ),
    Equation(
        "evaluation.flatness",
        "spectral flatness",
        r"F = \exp\Big(\frac1K \sum_k \log P_k\Big) \Big/ \frac1K \sum_k P_k",
        "F = exp(1/K Σ_k log P_k) / (1/K Σ_k P_k)",
        "Gray & Markel (1974)",
        "scratchgen.evaluation.sound_measures:spectral_flatness",
        example=Example(
            "P = (1, 4): the geometric mean is √4 = 2, the arithmetic mean 2.5, and 2 / 2.5 = 0.8",
            0.8,
            spectral_flatness,
            {"P": [1.0, 4.0]},
            recorded=False,
        ),
        symbols={
            "F": "flatness, in [0, 1]",
            "P_k": "power of frequency k, ≥ 0",
            "K": "number of frequencies",
        },
    ),
    Equation(
        "evaluation.snr",
        "signal-to-noise ratio",
        r"R = 10 \log_{10} \frac{\sum_n x_n^2}{\sum_n (y_n - x_n)^2}",
        "R = 10 log₁₀ (Σ_n x_n² / Σ_n (y_n − x_n)²)",
        "Loizou (2013), chapter 11",
        "scratchgen.evaluation.sound_measures:snr",
        example=Example(
            "x = (1, 2), y = (1.5, 2.5): 10 log₁₀ (5 / 0.5) = 10",
            10.0,
            snr,
            {"x": [1.0, 2.0], "y": [1.5, 2.5]},
            recorded=False,
        ),
        symbols={
            "R": "ratio in dB",
            "x_n": "sample n of the clean sound",
            "y_n": "sample n of the noisy or restored sound",
        },
    ),
    Equation(
        "evaluation.spectral_subtraction",
        "spectral subtraction",
        r"\hat S_{mk} = \max(0, |Y_{mk}| - \mu_k)\, Y_{mk} / |Y_{mk}|, \quad \mu_k = \frac1L \sum_l |N_{lk}|",
        "Ŝ_mk = max(0, |Y_mk| − μ_k) Y_mk / |Y_mk|,  μ_k = 1/L Σ_l |N_lk|",
        "Boll (1979), with half-wave rectification",
        "scratchgen.evaluation.spectral_subtraction:spectral_subtraction",
        example=Example(
            "noise of the magnitudes 1 and 3: μ = 2\n"
            "|Y| = 5 becomes 3, so −5 becomes −3; |Y| = 1 is below μ and becomes 0",
            (-3.0, 0.0),
            spectral_subtraction,
            {"Y": [[-5.0], [1.0]], "noise": [[1.0], [-3.0]]},
            recorded=False,
        ),
        symbols={
            "Ŝ_mk": "frame m of the restored sound at frequency k, complex",
            "Y_mk": "frame m of the noisy sound, complex",
            "μ_k": "mean magnitude of the noise",
            "N_lk": "frame l of noise alone, complex",
            "L": "number of frames of noise alone",
        },
    ),
)

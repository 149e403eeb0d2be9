"""Synthetic data, and preprocessing."""

from __future__ import annotations

import numpy as np

from scratchgen.data.files.performance import pitch_in_hz
from scratchgen.data.preprocessing.composite import alpha_composite
from scratchgen.data.preprocessing.dequantise import dequantise
from scratchgen.data.preprocessing.mel import hz_to_mel, log_mel
from scratchgen.data.preprocessing.mu_law import compress
from scratchgen.data.preprocessing.scaling import Affine
from scratchgen.data.preprocessing.stft import istft, stft
from scratchgen.data.sets.copying import baseline
from scratchgen.data.sets.gaussians import Mixture, ring
from scratchgen.data.sets.karplus_strong import pluck
from scratchgen.data.sets.markov import MarkovChain
from scratchgen.data.sets.tones import tone
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Uniform

TIME = {"f": "frequency, Hz", "t": "index of the sample, from 0"}
FRAMES = {
    "w_n": "window, (length,)",
    "m": "index of the frame",
    "hop": "samples from one frame to the next",
    "length": "samples per frame",
}

DATA = (
    Equation(
        "data.scaling",
        "feature scaling",
        r"y_d = (x_d - \text{shift}_d) / \text{scale}_d",
        "y_d = (x_d − shift_d) / scale_d, for example with the mean and the deviation of the training data",
        "LeCun et al. (1998), Efficient BackProp, section 4.3",
        "scratchgen.data.preprocessing.scaling:Affine.__call__",
        tutorial="06_data.py#standardising-features",
        example=Example(
            "(5 − 1) / 2 = 2",
            2.0,
            lambda x, shift, scale: Affine(shift, scale)(x),
            {"x": [[5.0]], "shift": [1.0], "scale": [2.0]},
            recorded=False,
        ),
        symbols={"y": "(N, D)", "x": "(N, D)", "shift": "(D,)", "scale": "(D,), none of them 0"},
    ),
    Equation(
        "data.dequantisation",
        "dequantisation",
        r"x = (k + u) / V, \quad u \sim U(0, 1)",
        "x = (k + u) / V,  u ~ U(0, 1)",
        "Theis, van den Oord & Bethge (2016), section 3.1",
        "scratchgen.data.preprocessing.dequantise:dequantise",
        tutorial="06_data.py#dequantisation",
        example=Example(
            "k = 2 of V = 4 levels, u = ½: (2 + 0.5) / 4 = 0.625",
            0.625,
            lambda k, V, u: dequantise(k, V, Uniform(u)),
            {"k": [2], "V": 4, "u": (0.5,)},
            recorded=False,
        ),
        symbols={
            "x": "any shape, in [0, 1)",
            "k": "integers, 0 … V − 1",
            "u": "uniform noise",
            "V": "number of levels",
        },
    ),
    Equation(
        "data.entropy_rate",
        "entropy rate of a Markov chain",
        r"H = -\sum_i \pi_i \sum_j P_{ij} \log_2 P_{ij}, \quad \pi P = \pi",
        "H = −Σ_i π_i Σ_j P_ij log₂ P_ij,  π P = π",
        "Cover & Thomas (2006), Elements of Information Theory, eq. 4.27",
        "scratchgen.data.sets.markov:MarkovChain.entropy_rate",
        tutorial="06_data.py#a-text-whose-entropy-is-known",
        example=Example(
            "from a to a or b, each with ½; from b always to a\n"
            "π_a = ½ π_a + π_b, so π = (⅔, ⅓)\n"
            "⅔ · 1 bit + ⅓ · 0 bits = 0.66667",
            0.66667,
            lambda P: MarkovChain("ab", P).entropy_rate,
            {"P": [[0.5, 0.5], [1.0, 0.0]]},
            recorded=False,
        ),
        symbols={
            "H": "bits per character",
            "π": "stationary distribution: long-run frequency of each character, (V,)",
            "P": "transition matrix: P_ij is the probability that j follows i, (V, V)",
        },
    ),
    Equation(
        "data.copying",
        "baseline of the copying problem",
        r"\frac{10 \log 8}{T + 20}",
        "10 log 8 / (T + 20)",
        "Arjovsky, Shah & Bengio (2016), section 4.1",
        "scratchgen.data.sets.copying:baseline",
        tutorial="04_rnn.py#long-memory-the-copying-problem",
        example=Example(
            "T = 100: 10 · 2.07944 / 120 = 0.17329",
            0.17329,
            lambda T: baseline(T),
            {"T": 100},
            recorded=False,
        ),
        symbols={"T": "steps between the last input symbol and the first target symbol"},
    ),
    Equation(
        "data.ring",
        "centres of a ring of Gaussians",
        r"c_k = r\, (\cos 2\pi k / K, \sin 2\pi k / K), \quad k = 0 \dots K - 1",
        "c_k = r (cos 2πk/K, sin 2πk/K),  k = 0 … K − 1",
        "Metz et al. (2017), Unrolled generative adversarial networks",
        "scratchgen.data.sets.gaussians:ring",
        tutorial="03_gan.py#training-a-gan-on-a-ring-of-gaussians",
        example=Example(
            "K = 8, r = 2, k = 1: an eighth of a turn, 2 (cos 45°, sin 45°) = (1.41421, 1.41421)",
            (1.41421, 1.41421),
            lambda K, radius, k: ring(K, radius).centres[k],
            {"K": 8, "radius": 2.0, "k": 1},
            recorded=False,
        ),
        symbols={"c_k": "centre k, (2,)", "r": "radius", "K": "number of centres"},
    ),
    Equation(
        "data.mixture",
        "mixture density",
        r"p(x) = \frac1K \sum_k \mathcal N(x; c_k, \sigma^2 I)",
        "p(x) = 1/K Σ_k N(x; c_k, σ² I)",
        "Bishop (2006), eq. 9.7, with equal weights",
        "scratchgen.data.sets.gaussians:Mixture.log_density",
        tutorial="03_gan.py#training-a-gan-on-a-ring-of-gaussians",
        example=Example(
            "x at one of two centres, the other centre at a distance of 2, σ = 1\n"
            "log ½ (1 + e^−2) / 2π = log (0.56767 · 0.15915) = −2.40410",
            -2.4041,
            lambda x, centres, sigma: Mixture(centres, sigma).log_density(x),
            {"x": [[0.0, 0.0]], "centres": [[0.0, 0.0], [2.0, 0.0]], "sigma": 1.0},
            recorded=False,
        ),
        symbols={
            "p": "density; its logarithm in nats",
            "x": "points, (N, 2)",
            "K": "number of centres",
            "N": "normal density",
            "c_k": "centre k, (2,)",
            "σ": "standard deviation around each centre",
        },
    ),
    Equation(
        "data.compositing",
        "alpha compositing",
        r"x = \alpha\, l + (1 - \alpha)\, x'",
        "x = α l + (1 − α) x′",
        "Porter & Duff (1984), Compositing digital images",
        "scratchgen.data.preprocessing.composite:alpha_composite",
        tutorial="06_data.py#pictures-in-layers",
        example=Example(
            "a red layer of opacity ¼ over white: ¼ (1, 0, 0) + ¾ (1, 1, 1) = (1, 0.75, 0.75)",
            (1.0, 0.75, 0.75),
            lambda layer, below: alpha_composite(np.array(layer), np.array(below)),
            {"layer": [1.0, 0.0, 0.0, 0.25], "below": [1.0, 1.0, 1.0]},
            recorded=False,
        ),
        symbols={
            "x": "the picture, (..., 3) in [0, 1]",
            "α": "opacity of the layer, (..., 1) in [0, 1]",
            "l": "colours of the layer, (..., 3)",
            "x′": "the picture below, (..., 3)",
        },
    ),
    Equation(
        "data.plucked_string",
        "plucked string (Karplus-Strong)",
        r"y_t = \tfrac12 (y_{t-p} + y_{t-p-1})",
        "y_t = ½ (y_{t−p} + y_{t−p−1}),  y_t = burst_t for t < p,  y_{−1} = 0",
        "Karplus & Strong (1983), eq. 1",
        "scratchgen.data.sets.karplus_strong:pluck",
        tutorial="06_data.py#sound-synthesis-and-the-short-time-fourier-transform",
        example=Example(
            "p = 2, burst (1, 0.5)\n"
            "y₂ = ½ (y₀ + y_{−1}) = ½ (1 + 0) = 0.5\n"
            "y₃ = ½ (y₁ + y₀) = ½ (0.5 + 1) = 0.75",
            (1.0, 0.5, 0.5, 0.75),
            pluck,
            {"burst": [1.0, 0.5], "n": 4},
            recorded=False,
        ),
        symbols={
            "y_t": "sample t, in [−1, 1]",
            "y": "the samples, (n,)",
            "p": "period, samples",
            "burst": "noise, (p,)",
            "t": TIME["t"],
        },
    ),
    Equation(
        "data.tone",
        "tone as a Fourier series",
        r"y_t = \sum_k \frac1k \sin(2\pi k f t / \text{rate} + k \varphi) \Big/ \sum_k \frac1k,"
        r" \quad k f < \text{rate} / 2",
        "y_t = Σ_k 1/k sin(2π k f t / rate + k φ) / Σ_k 1/k,  k f < rate/2",
        "the Fourier series of a sawtooth and of a square wave",
        "scratchgen.data.sets.tones:tone",
        tutorial="06_data.py#sound-synthesis-and-the-short-time-fourier-transform",
        example=Example(
            "a sawtooth of 1000 Hz at 8000 samples per second: k = 1, 2, 3\n"
            "y₁ = (sin 45° + ½ sin 90° + ⅓ sin 135°) / (1 + ½ + ⅓)\n"
            "= (0.70711 + 0.5 + 0.23570) / 1.83333 = 0.78699, and y₀ = 0",
            (0.0, 0.78699),
            tone,
            {"timbre": "sawtooth", "frequency": 1000.0, "n": 2, "rate": 8000},
            recorded=False,
        ),
        symbols=TIME
        | {
            "y_t": "sample t, in [−1, 1]",
            "k": "number of the harmonic: all for a sawtooth, the odd ones for a square wave, 1 for a sine",
            "rate": "samples per second",
            "φ": "phase, radians",
        },
    ),
    Equation(
        "data.pitch",
        "frequency of a MIDI note",
        r"f = 440 \cdot 2^{(m - 69) / 12}",
        "f = 440 · 2^((m − 69) / 12)",
        "equal temperament, with MIDI note numbers",
        "scratchgen.data.files.performance:pitch_in_hz",
        tutorial="06_data.py#sound-synthesis-and-the-short-time-fourier-transform",
        example=Example(
            "m = 75 is half an octave above 69: 440 · √2 = 622.25397",
            622.25397,
            pitch_in_hz,
            {"m": 75},
            recorded=False,
        ),
        symbols={"f": TIME["f"], "m": "MIDI note number, 0 … 127"},
    ),
    Equation(
        "data.stft",
        "short-time Fourier transform",
        r"X_{mk} = \sum_n w_n\, \tilde x_{m \text{hop} + n}\, e^{-2\pi i k n / \text{length}},"
        r" \quad w_n = \sin^2(\pi n / \text{length})",
        "X_mk = Σ_n w_n x̃[m hop + n] exp(−2πi k n / length),  w_n = sin²(π n / length)",
        "Griffin & Lim (1984), eq. 1",
        "scratchgen.data.preprocessing.stft:stft",
        tutorial="06_data.py#sound-synthesis-and-the-short-time-fourier-transform",
        example=Example(
            "x = (1, 1), length 4, hop 2, w = (0, ½, 1, ½); padded with zeros: frames (0, 0, 1, 1), (1, 1, 0, 0)\n"
            "times w: (0, 0, 1, ½) and (0, ½, 0, 0)\n"
            "|X₀| = (1 + ½, |−1 + ½ i|, |1 − ½|) = (1.5, 1.11803, 0.5)\n"
            "|X₁| = (½, |−½ i|, |−½|) = (0.5, 0.5, 0.5)",
            (1.5, 1.11803, 0.5, 0.5, 0.5, 0.5),
            lambda x, length, hop: np.abs(stft(x, length, hop)),
            {"x": [1.0, 1.0], "length": 4, "hop": 2},
            recorded=False,
        ),
        symbols=FRAMES
        | {
            "X_mk": "frame m at the frequency k · rate / length, complex",
            "x": "the sound, (N,); x̃ is length − hop zeros, the sound, and zeros that fill the last frame",
            "k": "index of the frequency",
        },
    ),
    Equation(
        "data.istft",
        "inverse short-time Fourier transform",
        r"\tilde x_n = \frac{\sum_m w_{n - m \text{hop}}\, y_{m, n - m \text{hop}}}"
        r"{\sum_m w_{n - m \text{hop}}^2}",
        "x̃_n = Σ_m w[n − m hop] y_m[n − m hop] / Σ_m w[n − m hop]²",
        "Griffin & Lim (1984), eq. 6",
        "scratchgen.data.preprocessing.stft:istft",
        tutorial="06_data.py#sound-synthesis-and-the-short-time-fourier-transform",
        example=Example(
            "w = (0, ½, 1, ½), y₀ = (0, 0, 1, ½), y₁ = (0, ½, 0, 0), 2 samples on\n"
            "x₀ = 1 · 1 / 1² = 1\n"
            "x₁ = (½ · ½ + ½ · ½) / (½² + ½²) = 1",
            (1.0, 1.0),
            lambda y, N, length, hop: istft(np.fft.rfft(y), N, length, hop),
            {"y": [[0.0, 0.0, 1.0, 0.5], [0.0, 0.5, 0.0, 0.0]], "N": 2, "length": 4, "hop": 2},
            recorded=False,
        ),
        symbols={
            "x": "the sound, (N,); x̃ has length − hop zeros before it",
            "w": FRAMES["w_n"],
            "y_m": "inverse transform of frame m, (length,)",
            "m": FRAMES["m"],
            "hop": FRAMES["hop"],
        },
    ),
    Equation(
        "data.mel",
        "mel scale",
        r"m = 2595 \log_{10}(1 + f / 700)",
        "m = 2595 log₁₀(1 + f / 700)",
        "O'Shaughnessy (1987), p. 150",
        "scratchgen.data.preprocessing.mel:hz_to_mel",
        tutorial="06_data.py#perceptual-scales-mel-decibels-and-μ-law",
        example=Example(
            "f = 6300: 2595 log₁₀ 10 = 2595",
            2595.0,
            hz_to_mel,
            {"f": 6300.0},
            recorded=False,
        ),
        symbols={"m": "mel", "f": TIME["f"]},
    ),
    Equation(
        "data.mu_law",
        "μ-law compression",
        r"F(x) = \operatorname{sign}(x) \frac{\ln(1 + \mu |x|)}{\ln(1 + \mu)}, \quad \mu = 255",
        "F(x) = sign(x) ln(1 + μ |x|) / ln(1 + μ),  μ = 255",
        "ITU-T G.711 (1988); van den Oord et al. (2016), WaveNet, section 2.2",
        "scratchgen.data.preprocessing.mu_law:compress",
        tutorial="06_data.py#perceptual-scales-mel-decibels-and-μ-law",
        example=Example(
            "x = 1/17: ln(1 + 15) / ln 256 = 4/8 = 0.5\nx = −1/85: −ln(1 + 3) / ln 256 = −2/8 = −0.25",
            (0.5, -0.25),
            compress,
            {"x": [1 / 17, -1 / 85]},
            recorded=False,
        ),
        symbols={"F": "compressed samples, in [−1, 1]", "x": "samples, in [−1, 1]", "μ": "255"},
    ),
    Equation(
        "data.decibels",
        "mel bands in decibels",
        r"L = 10 \log_{10} \max(P F, \text{floor})",
        "L = 10 log₁₀ max(P F, floor)",
        "Davis & Mermelstein (1980), for the logarithm of mel bands",
        "scratchgen.data.preprocessing.mel:log_mel",
        tutorial="06_data.py#perceptual-scales-mel-decibels-and-μ-law",
        example=Example(
            "one band of two bins: 10 log₁₀ (1 · 1 + 3 · 3) = 10; of silence 10 log₁₀ 0.01 = −20",
            (10.0, -20.0),
            log_mel,
            {"power": [[1.0, 3.0], [0.0, 0.0]], "filters": [[1.0], [3.0]], "floor": 0.01},
            recorded=False,
        ),
        symbols={
            "L": "level of each band, (M, bands), dB",
            "P": "power of each frequency, |X|², (M, bins)",
            "F": "filters, (bins, bands)",
            "floor": "lowest power, for silence, > 0",
        },
    ),
)

"""Speech synthesis: durations and frames of phones, and how far they are from recorded ones."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.edit_distance import edit_distance
from scratchgen.evaluation.mel_cepstrum import mel_cepstral_distortion, mel_cepstrum, time_warping
from scratchgen.rnn.speech import speech_loss, upsample


def _path_total(d):
    return sum(d[t, s] for t, s in time_warping(d))


SPEECH = (
    Equation(
        "rnn.upsample",
        "states of phones, repeated per frame",
        r"u_t = h_{p(t)}, \quad p(t) = \min \{\, p : t \le d_1 + \dots + d_p \,\}",
        "u_t = h_{p(t)},  p(t) = min { p : t ≤ d_1 + … + d_p }",
        "Ren et al. (2019), eq. 1 with α = 1",
        "scratchgen.rnn.speech.acoustic:upsample",
        example=Example(
            "h = 5, 7; d = 2, 1\np(1) = p(2) = 1 since 2 ≤ d_1, and p(3) = 2 since 3 ≤ d_1 + d_2\nu = 5, 5, 7",
            (5.0, 5.0, 7.0),
            upsample,
            {"h": [[[5.0]], [[7.0]]], "durations": [[2], [1]]},
        ),
        symbols={
            "u_t": "input of the frames' recurrence at frame t = 1 … T",
            "h": "h_p is the state of phone p = 1 … P",
            "p": "p(t) is the phone that is spoken at frame t",
            "d_p": "duration of phone p in frames",
        },
    ),
    Equation(
        "rnn.speech_loss",
        "errors of durations and frames",
        r"L = \frac{1}{P} \sum_p (\hat l_p - l_p)^2 + \frac{1}{T D} \sum_t \sum_d |\hat y_{td} - y_{td}|",
        "L = (1/P) Σ_p (l̂_p − l_p)² + (1/(T D)) Σ_t Σ_d |ŷ_td − y_td|",
        "Ren et al. (2019), section 3.3; Wang et al. (2017), section 4",
        "scratchgen.rnn.speech.training:speech_loss",
        example=Example(
            "one phone, l̂ = 0.5 and l = 0: 0.25\none frame, ŷ = (1, 2) and y = (0, 4): (1 + 2) / 2 = 1.5\nL = 1.75",
            1.75,
            speech_loss,
            {
                "logs": [[0.5]],
                "target_logs": [[0.0]],
                "y": [[[1.0, 2.0]]],
                "target": [[[0.0, 4.0]]],
                "mask": [[True]],
                "real": [[True]],
            },
        ),
        symbols={
            "l_p": "standardised log(1 + d_p) of phone p = 1 … P, d_p its duration in frames; l̂_p the prediction",
            "y_td": "standardised level of band d = 1 … D in frame t = 1 … T; ŷ_td the prediction",
        },
    ),
    Equation(
        "evaluation.edit_distance",
        "edit distance",
        r"d_{i,j} = \min(d_{i-1,j} + 1,\; d_{i,j-1} + 1,\; d_{i-1,j-1} + [x_i \ne y_j]), \quad"
        r" d_{i,0} = i, \; d_{0,j} = j",
        "d_{i,j} = min(d_{i−1,j} + 1, d_{i,j−1} + 1, d_{i−1,j−1} + [x_i ≠ y_j]),  d_{i,0} = i,  d_{0,j} = j",
        "Wagner & Fischer (1974), algorithm X",
        "scratchgen.evaluation.edit_distance:edit_distance",
        example=Example(
            "x = K AE T, y = K AA T S\nAE becomes AA, and S is inserted: 2 edits\n"
            "one edit is not enough: y is longer by one, and has AA, which x does not",
            2,
            lambda x, y: edit_distance(x.split(), y.split()),
            {"x": "K AE T", "y": "K AA T S"},
            recorded=False,
        ),
        symbols={
            "d": "d_{i,j} is the number of edits that turn x_1 … x_i into y_1 … y_j; the last one is the distance",
            "x": "sequence of symbols, such as the phones that were found",
            "y": "sequence of symbols, such as the phones of a dictionary",
        },
    ),
    Equation(
        "evaluation.mel_cepstrum",
        "mel-frequency cepstrum",
        r"c_k = \frac{2}{J} \sum_{j=0}^{J-1} \ln |H_j| \cos \frac{\pi k (j + \frac{1}{2})}{J}",
        "c_k = (2/J) Σ_j ln|H_j| cos(π k (j + ½) / J)",
        "Davis & Mermelstein (1980), eq. 1, scaled as a Fourier series",
        "scratchgen.evaluation.mel_cepstrum:mel_cepstrum",
        example=Example(
            "levels 10 and 0 dB: ln|H_0| = 10 · ln 10 / 20 = 1.15129, ln|H_1| = 0; J = 2, k = 1\n"
            "c_1 = (2/2) · 1.15129 · cos(π/4) = 0.81409",
            0.81409,
            mel_cepstrum,
            {"log_mel": [[10.0, 0.0]], "coefficients": 1},
            recorded=False,
        ),
        symbols={
            "c_k": "coefficient k = 1 … K of a frame",
            "H_j": "amplitude of mel band j = 0 … J−1",
            "J": "number of mel bands",
        },
    ),
    Equation(
        "evaluation.cepstral_distortion",
        "mel-cepstral distortion",
        r"\text{MCD} = \frac{1}{T} \sum_{t=1}^T \frac{10}{\ln 10} \sqrt{2 \sum_{k=1}^K (c_{tk} - c'_{tk})^2}",
        "MCD = (1/T) Σ_t (10 / ln 10) √(2 Σ_k (c_tk − c′_tk)²)",
        "Kubichek (1993), eq. 2",
        "scratchgen.evaluation.mel_cepstrum:mel_cepstral_distortion",
        example=Example(
            "levels (10, 0) and (0, 0) dB, K = 1: c_1 = 0.81409 and c′_1 = 0\n"
            "10 / ln 10 · √(2 · 0.81409²) = 4.34294 · 1.15129 = 5 dB\n"
            "the levels without their means, ±5 and 0 dB, differ by 5 dB too",
            5.0,
            mel_cepstral_distortion,
            {"log_mel": [[10.0, 0.0]], "reference": [[0.0, 0.0]], "coefficients": 1},
            recorded=False,
        ),
        symbols={
            "MCD": "distortion in decibels",
            "c_tk": "coefficient k = 1 … K of frame t = 1 … T by the mel-frequency cepstrum",
            "c′_tk": "the same of the reference",
        },
    ),
    Equation(
        "evaluation.time_warping",
        "dynamic time warping",
        r"D_{t,s} = d_{t,s} + \min(D_{t-1,s-1}, D_{t-1,s}, D_{t,s-1}), \quad D_{0,0} = d_{0,0}",
        "D_{t,s} = d_{t,s} + min(D_{t−1,s−1}, D_{t−1,s}, D_{t,s−1}),  D_{0,0} = d_{0,0}",
        "Sakoe & Chiba (1978), eq. 20, without a window",
        "scratchgen.evaluation.mel_cepstrum:time_warping",
        example=Example(
            "d = (1, 3), (2, 1), (4, 1)\n"
            "D_{0,0} = 1, D_{1,1} = 1 + min(1, 4, 3) = 2, D_{2,1} = 1 + min(3, 2, 7) = 3\n"
            "the path (0, 0), (1, 1), (2, 1) has the total 3",
            3.0,
            _path_total,
            {"d": [[1.0, 3.0], [2.0, 1.0], [4.0, 1.0]]},
            recorded=False,
        ),
        symbols={
            "D": "D_{t,s} is the least total distance of a monotone path from the first pair of frames to (t, s)",
            "d": "d_{t,s} is the distance of frame t of one sequence from frame s of the other",
        },
    ),
)

"""The modes of a grid of twenty-five Gaussians that GANs find."""

from __future__ import annotations

from functools import partial

from scratchgen.reproductions.gan_modes import DEVIATIONS, SAMPLES, Setting, measure, objectives
from scratchgen.reproductions.reproduction import Part, Reproduction

MODES = 24.0
CRITIC = {"hidden": (64, 64, 64, 64), "epochs": 60, "beta1": 0.0, "beta2": 0.9}
SCALE = 8**0.5  # the standard deviation of −4, −2, 0, 2, 4
BASE = Setting("grid", hidden=(64, 64, 64), epochs=20, scale=SCALE, learning_rate=1e-2)
PUBLISHED = {"nonsaturating": "3.3 and 17.3 ± 0.8", "pacgan2": "23.8 ± 0.7"}

GAN_GRID25 = Reproduction(
    name="gan-grid25",
    title="How many of the modes of a grid of twenty-five Gaussians a GAN finds",
    source=(
        "Lin, Khetan, Fanti & Oh (2018), PacGAN, table 1: GAN 17.3 ± 0.8 modes and 94.8 % high quality, "
        "PacGAN2 23.8 ± 0.7 and 91.3 %, over ten trials; Srivastava et al. (2017), VEEGAN, table 1: GAN 3.3 "
        "modes and 0.5 %"
    ),
    unit="modes of 25",
    setting=(
        "20,000 points of 25 Gaussians with σ = 0.1, 2 apart; z ~ N(0, I₂); G 2–64–64–64–2 and D "
        "2–64–64–64–1 with ReLU, on data divided by √8; 20 epochs of batches of 128, 3,120 steps of each "
        "player in turn; Adam with α = 1e-2, decreased linearly to 0, β₁ = 0.5, β₂ = 0.999; G's "
        "weights are their moving average. WGAN-GP has λ = 1, β₁ = 0, β₂ = 0.9, a fourth layer of 64 and 60 "
        f"epochs, 9,360 steps. A mode counts as found if one of {SAMPLES:,} samples is within 3 σ of its "
        "centre; such samples are of high quality. At least one objective must find 24 modes with 90 % high quality."
    ),
    deviations=("σ is 0.1 (PacGAN: 0.05), so the modes are larger and easier to find.", *DEVIATIONS),
    parts=tuple(
        Part(name, title, PUBLISHED.get(name, "–"), MODES, partial(measure, setting=setting), True)
        for name, (title, setting) in objectives(BASE, **CRITIC).items()
    ),
    seeds=10,
)

"""The modes of a ring of eight Gaussians that GANs find, and the same GAN with one setting changed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from scratchgen.reproductions.gan_modes import DEVIATIONS, SAMPLES, Setting, measure, objectives
from scratchgen.reproductions.reproduction import Part, Reproduction

MODES = 7.8
BASE = Setting("ring", hidden=(64, 64), epochs=24, scale=1.0, learning_rate=1e-2)
PUBLISHED = {"nonsaturating": "1 and 6.3 ± 0.5", "pacgan2": "7.9 ± 0.1"}
SWEEP = {
    "alpha-1e-3": ("α = 1e-3 instead of 1e-2", replace(BASE, learning_rate=1e-3)),
    "beta1-0.9": ("β₁ = 0.9 instead of 0.5", replace(BASE, beta1=0.9)),
    "r1": ("R1 with γ = 0.1 instead of none", replace(BASE, r1=0.1)),
}

GAN_RING8 = Reproduction(
    name="gan-ring8",
    title="How many of the modes of a ring of eight Gaussians a GAN finds",
    source=(
        "Lin, Khetan, Fanti & Oh (2018), PacGAN, table 1: GAN 6.3 ± 0.5 modes and 98.2 % high quality, "
        "PacGAN2 7.9 ± 0.1 and 95.6 %, over ten trials; Srivastava et al. (2017), VEEGAN, table 1: GAN 1 "
        "mode and 99.3 %"
    ),
    unit="modes of 8",
    setting=(
        "20,000 points of eight Gaussians with σ = 0.1 at radius 2; z ~ N(0, I₂); G 2–64–64–2 and D "
        "2–64–64–1 with ReLU; 24 epochs of batches of 128, 3,744 steps of each player in turn; Adam with α "
        "= 1e-2, decreased linearly to 0, β₁ = 0.5, β₂ = 0.999; G's weights are their moving "
        "average. WGAN-GP has λ = 1, β₂ = 0.99 and a third layer of 64. A mode counts as found if one of "
        f"{SAMPLES:,} samples is within 3 σ of its centre; such samples are of high quality. At least one "
        "objective must find 7.8 modes with 95 % high quality."
    ),
    deviations=(
        "σ is 0.05 of the radius (PacGAN: 0.01): the distances between modes are the same, but the modes are "
        "larger and easier to find.",
        *DEVIATIONS,
    ),
    parts=tuple(
        Part(name, title, PUBLISHED.get(name, "–"), MODES, partial(measure, setting=setting), True)
        for name, (title, setting) in objectives(BASE, beta2=0.99, hidden=(64, 64, 64)).items()
    ),
    seeds=10,
)

GAN_RING8_SWEEP = Reproduction(
    name="gan-ring8-sweep",
    title="The same GAN on the ring of eight Gaussians with one setting changed",
    source=(
        "The published baselines, 1 mode (Srivastava et al. 2017) and 6.3 (Lin et al. 2018) for a GAN on "
        "the same ring, differ only in their settings"
    ),
    unit="modes of 8",
    setting=("The non-saturating GAN of gan-ring8 with one setting changed; compare with its row there."),
    deviations=("This sweep has no published counterpart.",),
    parts=tuple(
        Part(name, title, "–", None, partial(measure, setting=setting), True)
        for name, (title, setting) in SWEEP.items()
    ),
    seeds=10,
)

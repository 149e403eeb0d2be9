"""The exercises by page, in the order in which a reader does them: `part.file`, the file in the folder of the part."""

from __future__ import annotations

PAGES = {
    "2.3": (
        "vae.reparameterise",
        "vae.kl_to_the_prior",
        "vae.slopes_of_the_kl",
        "vae.log_likelihood_from_logits",
        "vae.negative_elbo",
        "vae.nats_before_training",
        "vae.every_digit_grey",
    ),
    "3.2": (
        "gan.everything_is_real",
        "gan.generator_loss_from_logits",
        "gan.generator_stands_still",
    ),
}
MODULES = {path.rpartition(".")[2].replace("_", "-"): path for page in PAGES.values() for path in page}

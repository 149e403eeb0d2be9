"""The exercises by page, in the order in which a reader does them: `part.file`, the file in the folder of the part."""

from __future__ import annotations

PAGES = {
    "0.1": ("before.count_to_a_model",),
    "0.3": (
        "before.standard_error",
        "before.chance_in_numbers",
        "before.density_of_two_numbers",
    ),
    "1.1": (
        "gradients.dual_numbers",
        "gradients.steps_and_runs",
    ),
    "1.2": (
        "gradients.reverse_sweep",
        "gradients.sum_to_shape",
        "gradients.right_near_zero",
    ),
    "1.3": (
        "gradients.early_stopping",
        "gradients.steps_that_grow",
    ),
    "2.1": ("vae.bound_above_the_evidence",),
    "2.2": (
        "vae.reparameterise",
        "vae.kl_to_the_prior",
        "vae.slopes_of_the_kl",
    ),
    "2.3": (
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
    "4.1": (
        "rnn.bptt",
        "rnn.no_gradient_from_the_end",
    ),
}
MODULES = {path.rpartition(".")[2].replace("_", "-"): path for page in PAGES.values() for path in page}

"""Signs of faults of variational autoencoders."""

from .sign import Sign

VAE = {
    "variance used as standard deviation": Sign(
        "vae.vae",
        "nats",
        "Nothing: training draws z by the fused primitive, which is right, so that both curves are the same. Only "
        'samples and scores that ask for sigma are wrong. For the same fault in that primitive see "noise times the '
        'variance".',
        lambda right, wrong: right == wrong,
    ),
    "logvar taken for log sigma in the divergence": Sign(
        "vae.vae",
        "loss",
        "Only the printed loss is wrong, {wrong[loss]:.1f} in place of {right[loss]:.1f} nats per image, as the "
        "derivative has a rule of its own: held-out images score {wrong[nats]:.2f} in both trainings.",
        lambda right, wrong: wrong["loss"] > right["loss"] + 1 and wrong["nats"] == right["nats"],
    ),
    "half of the gradient of the divergence": Sign(
        "vae.vae",
        "nats",
        "The loss falls almost as before. The posterior is kept too wide: held-out images cost {wrong[nats]:.2f} in "
        "place of {right[nats]:.2f} nats.",
        lambda right, wrong: wrong["nats"] > right["nats"] + 0.3,
    ),
    "divergence with the wrong sign": Sign(
        "vae.vae",
        "nats",
        "The loss falls without limit, to {wrong[first loss]:.0f} nats on average over the first 30 steps, until it "
        "is not finite. Held-out images already cost {wrong[first nats]:.0f} nats then, in place of {right[first "
        "nats]:.1f}.",
        lambda right, wrong: wrong["first loss"] < 0 and wrong["first nats"] > 10 * right["first nats"],
    ),
    "mean over pixels": Sign(
        "vae.vae",
        "nats",
        "The latent collapses: the rate counts 64 times as much as it should, so z carries nothing. The printed "
        "loss of {wrong[loss]:.2f} looks excellent; held-out images cost {wrong[nats]:.2f} in place of "
        "{right[nats]:.2f} nats.",
        lambda right, wrong: wrong["nats"] > right["nats"] + 3 and wrong["loss"] < 1,
    ),
    "mean of log weights": Sign(
        "vae.iwae",
        "loss",
        "The printed loss, {wrong[loss]:.2f} in place of {right[loss]:.2f} nats per image, is no better than that "
        "of an ordinary VAE, whatever the number of samples.",
        lambda right, wrong: wrong["loss"] > right["loss"] + 0.3,
    ),
    "importance weights that are not divided by k": Sign(
        "vae.iwae",
        "loss",
        "The printed loss is better by log 5 = 1.61 nats, {wrong[loss]:.2f} in place of {right[loss]:.2f}, and "
        "below what the data allow. The model that is learned is the same: {wrong[nats]:.2f} nats in both "
        "trainings.",
        lambda right, wrong: 1.5 < right["loss"] - wrong["loss"] < 1.7 and wrong["nats"] == right["nats"],
    ),
    "importance weights without the volume of the noise": Sign(
        "vae.iwae",
        "nats",
        "The printed loss falls to {wrong[loss]:.1f} in place of {right[loss]:.1f} nats, too good to be true. Sigma "
        "shrinks, as nothing pays for it: held-out images cost {wrong[nats]:.1f} in place of {right[nats]:.1f} "
        "nats.",
        lambda right, wrong: wrong["loss"] < right["loss"] - 5 and wrong["nats"] > right["nats"] + 10,
    ),
    "normaliser counted once a dimension": Sign(
        "vae.gaussian",
        "loss",
        "The printed loss is {wrong[loss]:.0f} in place of {right[loss]:.0f} nats per image. It differs by a "
        "constant, so the model that is learned is the same: {wrong[nats]:.2f} nats per held-out image in both "
        "trainings.",
        lambda right, wrong: wrong["loss"] > right["loss"] + 1000 and wrong["nats"] == right["nats"],
    ),
    "the best sigma by the gradient of log sigma": Sign(
        "vae.gaussian",
        "sigma",
        "Hardly anything: sigma follows the error half as fast, {wrong[first sigma]:.3f} in place of {right[first "
        "sigma]:.3f} after 30 steps, and the same {wrong[sigma]:.3f} in the end.",
        lambda right, wrong: wrong["first sigma"] > right["first sigma"] + 0.003,
    ),
    "sigma that begins at the variance": Sign(
        "vae.gaussian",
        "loss",
        "The training starts from a model that is worse than the baseline: a loss of {wrong[first loss]:.1f} in "
        "place of {right[first loss]:.1f} nats over the first 30 steps, and still {wrong[loss]:.1f} in place of "
        "{right[loss]:.1f} at the end.",
        lambda right, wrong: wrong["first loss"] > right["first loss"] + 10 and wrong["loss"] > right["loss"],
    ),
    "sigma of memorised images": Sign(
        "vae.few images",
        "nats",
        "The printed loss falls to {wrong[loss]:.0f} in place of {right[loss]:.0f} nats, a success to the eye. "
        "Held-out images cost {wrong[nats]:.0f} in place of {right[nats]:.1f} nats.",
        lambda right, wrong: wrong["loss"] < right["loss"] - 50 and wrong["nats"] > 100 * right["nats"],
    ),
    "density in the units of the network": Sign(
        "vae.table",
        "first",
        "The printed loss is {wrong[loss]:.1f} in place of {right[loss]:.1f} nats per row. The small column counts "
        "for nothing next to the large one: its error is {wrong[first]:.2f} in place of {right[first]:.2f}.",
        lambda right, wrong: wrong["first"] > 1.5 * right["first"] and wrong["loss"] > right["loss"] + 3,
    ),
    "density without the change of variables": Sign(
        "vae.positive column",
        "loss",
        "The printed loss, {wrong[loss]:.2f} in place of {right[loss]:.2f} nats per row, looks better by about 6 "
        "nats, the mean of log x. The model that is learned is the same.",
        lambda right, wrong: 5.5 < right["loss"] - wrong["loss"] < 6.5 and wrong["first"] == right["first"],
    ),
    "beta on the distortion": Sign(
        "vae.beta",
        "rate",
        "The training is that of β = ½: the rate is {wrong[rate]:.1f} in place of {right[rate]:.1f} nats per image, "
        "so that the samples are worse where a β of 2 was meant to press on the rate.",
        lambda right, wrong: wrong["rate"] > 3 * right["rate"],
    ),
    "lambda on the rate": Sign(
        "vae.constrained",
        "distortion",
        "The constraint is never met: as λ grows, to {wrong[lambda]:.1f}, it presses on the rate, and the "
        "distortion stays at {wrong[distortion]:.1f} nats, where at most 16 were asked for and "
        "{right[distortion]:.1f} are reached.",
        lambda right, wrong: wrong["distortion"] > 20 > 16 > right["distortion"],
    ),
    "multiplier that moves the other way": Sign(
        "vae.constrained",
        "lambda",
        "λ falls to {wrong[lambda]:.2f} while the constraint is violated, in place of {right[lambda]:.1f}: the "
        "distortion stays at {wrong[distortion]:.1f} nats, where at most 16 were asked for.",
        lambda right, wrong: wrong["lambda"] < 1 < right["lambda"] and wrong["distortion"] > 20,
    ),
    "free bits of each example": Sign(
        "vae.free bits",
        "rate",
        "Little: the rate begins lower, {wrong[first rate]:.2f} in place of {right[first rate]:.2f} nats per image, "
        "as the gradient is zero for other examples; the loss is {wrong[loss]:.2f} in place of {right[loss]:.2f} at "
        "the end.",
        lambda right, wrong: (
            wrong["first rate"] < right["first rate"] - 0.3 and wrong["loss"] > right["loss"] + 0.2
        ),
    ),
    "gradient that also flows through the codes": Sign(
        "vae.vq",
        "distortion",
        "The encoder learns nothing from the decoder, so the codes stay as arbitrary as they began: the distortion "
        "stops at {wrong[distortion]:.1f} in place of {right[distortion]:.1f} nats per image.",
        lambda right, wrong: wrong["distortion"] > right["distortion"] + 5,
    ),
}

"""Signs of faults of batch normalisation in a generator."""

from .sign import Sign

TRAINING = "gan_batch_norm.small batches"
GAN_BATCH_NORM = {
    "the generator changes in the discriminator's step": Sign(
        TRAINING,
        "distance",
        "Hardly anything: V is the same in each step, as training normalises by the statistics of the batch. The "
        "averages take in two batches per step in place of one, so samples in evaluation mode differ: they are better "
        "in some steps and worse in others, at the last step with an energy distance of {wrong[distance]:.2f} in "
        "place of {right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] == right["V"] and wrong["variance"] != right["variance"],
    ),
    "batch normalisation remembers a biased variance": Sign(
        TRAINING,
        "variance",
        "V is the same in each step, as training normalises by the statistics of the batch. In evaluation mode a "
        "normalised feature has the variance {wrong[variance]:.2f} in place of {right[variance]:.2f}, larger by "
        "n/(n − 1) = 4/3. The energy distance of such samples is {wrong[distance]:.2f} in place of "
        "{right[distance]:.2f}; with batches of 64 the factor is 64/63.",
        lambda right, wrong: wrong["V"] == right["V"] and wrong["variance"] > 1.25 * right["variance"],
    ),
    "batch normalisation in use as in training": Sign(
        TRAINING,
        "change",
        "V is the same in each step. A sample depends on its batch: the same z gives a point that moves by "
        "{wrong[change]:.2f} in place of {right[change]:.2f} if 200 samples are generated in place of 2.",
        lambda right, wrong: wrong["V"] == right["V"] and wrong["change"] > 0.1 > 100 * right["change"],
    ),
}

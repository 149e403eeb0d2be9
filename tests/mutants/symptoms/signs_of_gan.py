"""Signs of faults of generative adversarial networks."""

from .sign import Sign

GAN = {
    "saturating loss under the other's name": Sign(
        "gan.far",
        "norm_G",
        "While D is sure, G gets almost no gradient: a norm of {wrong[first norm_G]:.1f} in place of {right[first "
        "norm_G]:.0f} over the first 30 steps, so that its samples hardly leave their place ({wrong[first "
        "mean]:.2f} in place of {right[first mean]:.2f}, where the data are at 4). Once D loses, the game is as "
        "before.",
        lambda right, wrong: (
            wrong["first norm_G"] < right["first norm_G"] / 10 and wrong["first mean"] < right["first mean"]
        ),
    ),
    "fakes labelled as real": Sign(
        "gan.ring",
        "distance",
        "V rises to {wrong[V]:.4f} and D says real to everything, in place of {right[V]:.2f}, which is near −log 4. "
        "G is rewarded for anything: the energy distance of its samples is {wrong[distance]:.1f} in place of "
        "{right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > -0.01 and wrong["distance"] > 10 * right["distance"],
    ),
    "labels swapped": Sign(
        "gan.ring",
        "distance",
        "Both players win: V rises to {wrong[V]:.3f} in place of {right[V]:.2f}, while G is drawn away from the "
        "data, to an energy distance of {wrong[distance]:.0f} in place of {right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > -0.05 and wrong["distance"] > 100 * right["distance"],
    ),
    "difference of two logarithms": Sign(
        "gan.ring",
        "distance",
        "V stays near 0, at {wrong[V]:.3f} in place of {right[V]:.2f}, which looks balanced. The samples leave the "
        "data: an energy distance of {wrong[distance]:.1f} in place of {right[distance]:.2f}.",
        lambda right, wrong: abs(wrong["V"]) < 0.5 and wrong["distance"] > 10 * right["distance"],
    ),
    "fakes that left the graph": Sign(
        "gan.ring",
        "distance",
        "G never changes, as its curve shows: the energy distance is {wrong[distance]:.2f} from the first to the "
        "last step, in place of {right[distance]:.2f}. D slowly wins: V is {wrong[V]:.2f} in place of "
        "{right[V]:.2f}.",
        lambda right, wrong: wrong["distance"] == wrong["first distance"] and wrong["V"] > right["V"] + 0.2,
    ),
    "clamped probabilities": Sign(
        "gan.far, minimax",
        "norm_G",
        "X",
        lambda right, wrong: False,
    ),
    "hinge on the wrong side": Sign(
        "gan.hinge",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "critic upside down": Sign(
        "gan.wasserstein",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "penalty at the real examples": Sign(
        "gan.wasserstein",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "penalty on the slope in place of its distance from one": Sign(
        "gan.wasserstein",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "penalty that is a constant to the critic": Sign(
        "gan.wasserstein",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "penalty on the slope of the probability": Sign(
        "gan.r1",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "slope per unit of the data": Sign(
        "gan.units",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "statistics of real and fake mixed": Sign(
        "gan.batch normalisation of D",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "the discriminator changes in the generator's step": Sign(
        "gan.batch normalisation of D",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "the generator changes in the discriminator's step": Sign(
        "gan.batch normalisation of G",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "batch normalisation remembers a biased variance": Sign(
        "gan.batch normalisation of G",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "batch normalisation in use as in training": Sign(
        "gan.batch normalisation of G",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "real examples augmented, and fakes not": Sign(
        "gan.augmented",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "the generator judged without augmentation": Sign(
        "gan.augmented",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "one map for a whole batch": Sign(
        "gan.augmented",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "the gradient of a shift shifted the same way": Sign(
        "gan.augmented",
        "distance",
        "X",
        lambda right, wrong: False,
    ),
    "class that does not meet the example": Sign(
        "gan.classes",
        "right class",
        "X",
        lambda right, wrong: False,
    ),
    "moving average with its weights exchanged": Sign(
        "gan.average",
        "average",
        "X",
        lambda right, wrong: False,
    ),
}

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
        lambda right, wrong: wrong["first norm_G"] < right["first norm_G"] / 10,
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
        "Hardly anything here, as the logits of D rarely pass ±16 in so short a training: where they do, G gets no "
        "gradient, and its samples are at {wrong[first mean]:.3f} in place of {right[first mean]:.3f} after 30 "
        "steps. A D that is surer stops G altogether.",
        lambda right, wrong: wrong["first mean"] < right["first mean"],
    ),
    "hinge on the wrong side": Sign(
        "gan.hinge",
        "distance",
        "D reaches the hinge loss 0 at once by large scores for everything, and V stays at {wrong[V]:.2f} in place "
        "of {right[V]:.2f}. The samples run away from the data, to an energy distance of {wrong[distance]:.0f} in "
        "place of {right[distance]:.2f}.",
        lambda right, wrong: abs(wrong["V"]) < 0.01 and wrong["distance"] > 100 * right["distance"],
    ),
    "class that does not meet the example": Sign(
        "gan.classes",
        "right class",
        "The samples are on the ring, but of any class: {wrong[right class]:.0f} % are at the Gaussian of their "
        "class, in place of {right[right class]:.0f} %; chance is 12.5 %. V is {wrong[V]:.2f} and {right[V]:.2f}, "
        "so no printed number tells.",
        lambda right, wrong: wrong["right class"] < 25 and right["right class"] > 90,
    ),
    "moving average with its weights exchanged": Sign(
        "gan.average",
        "average",
        "The average follows each noisy step: its standard deviation is {wrong[spread]:.2f} in place of "
        "{right[spread]:.2f}. In a GAN the averaged samples are no better than those of the last step.",
        lambda right, wrong: wrong["spread"] > 1.3 * right["spread"],
    ),
    "statistics of real and fake mixed": Sign(
        "gan.batch normalisation of D",
        "V",
        "D wins at once and for ever: V rises to {wrong[V]:.2f} in place of {right[V]:.2f}, as each example tells "
        "which kind the other half of its batch is. The energy distance of the samples stays at "
        "{wrong[distance]:.2f} in place of {right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > -0.1 and wrong["distance"] > right["distance"] + 0.2,
    ),
    "the discriminator changes in the generator's step": Sign(
        "gan.batch normalisation of D",
        "V",
        "Nothing: both curves are the same. D is trained with the statistics of each batch, and its averages, which "
        "are wrong, count in evaluation mode alone; its gradients are cleared before its own step.",
        lambda right, wrong: right == wrong,
    ),
}

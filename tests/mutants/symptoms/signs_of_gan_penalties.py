"""Signs of faults of the Wasserstein loss and of penalties on the slope of the discriminator."""

from .sign import Sign

GAN_PENALTIES = {
    "critic upside down": Sign(
        "gan_penalties.wasserstein",
        "distance",
        "Both players win and nothing holds them: V rises to {wrong[V]:,.0f} in place of {right[V]:.2f}, and the "
        "samples run away from the data, to an energy distance of {wrong[distance]:,.0f} in place of "
        "{right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > 1000 and wrong["distance"] > 1000 * right["distance"],
    ),
    "penalty at the real examples": Sign(
        "gan_penalties.wasserstein",
        "from one",
        "The samples look as good, at an energy distance of {wrong[distance]:.2f} and {right[distance]:.2f}. "
        "Between data and samples the slope of D differs from 1 by {wrong[from one]:.2f} (root mean square) in place "
        "of {right[from one]:.2f}; V is {wrong[V]:.2f} in place of {right[V]:.2f}.",
        lambda right, wrong: wrong["from one"] > 1.3 * right["from one"],
    ),
    "penalty on the slope in place of its distance from one": Sign(
        "gan_penalties.wasserstein",
        "slope",
        "D is flatter than it may be: its slope between data and samples is {wrong[slope]:.2f} in place of "
        "{right[slope]:.2f}, and V, which grows with the slope, is {wrong[V]:.2f} in place of {right[V]:.2f}. "
        "The samples look as good here, at an energy distance of {wrong[distance]:.2f} and {right[distance]:.2f}.",
        lambda right, wrong: wrong["slope"] < 0.5 and right["slope"] > 0.8 and wrong["V"] < right["V"] / 2,
    ),
    "penalty that is a constant to the critic": Sign(
        "gan_penalties.wasserstein",
        "slope",
        "Nothing bounds the critic: its slope between data and samples is {wrong[slope]:.0f} in place of "
        "{right[slope]:.2f}. V jumps up and down by tens, and the samples move with it; at the last step their "
        "energy distance is {wrong[distance]:.2f} in place of {right[distance]:.2f}.",
        lambda right, wrong: wrong["slope"] > 10 * right["slope"],
    ),
    "slope per unit of the data": Sign(
        "gan_penalties.thousandths",
        "slope",
        "The penalty asks for a slope of 1 per unit of the data, which is 1400 per scale: the slope of D between data "
        "and samples rises to {wrong[slope]:.0f} per scale in place of {right[slope]:.2f}, as if nothing bounded it. "
        "In data of scale 1 there is no difference.",
        lambda right, wrong: wrong["slope"] > 10 * right["slope"],
    ),
    "penalty on the slope of the probability": Sign(
        "gan_penalties.r1",
        "slope at data",
        "The penalty is too weak: the slope of D at the data is {wrong[slope at data]:.2f} in place of {right[slope "
        "at data]:.2f}. Early on the samples are further from the data, at an energy distance of {wrong[first "
        "distance]:.2f} in place of {right[first distance]:.2f} after 30 steps; at the end it is "
        "{wrong[distance]:.2f} and {right[distance]:.2f}.",
        lambda right, wrong: wrong["slope at data"] > 2 * right["slope at data"],
    ),
}

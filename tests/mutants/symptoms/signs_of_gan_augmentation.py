"""Signs of faults of augmentation in a generative adversarial network."""

from .sign import Sign

TRAINING = "gan_augmentation.digits"
GAN_AUGMENTATION = {
    "real examples augmented, and fakes not": Sign(
        TRAINING,
        "V",
        "The augmentation leaks into the samples, which are bright at the border as shifted images are: "
        "{wrong[border]:.3f} in place of {right[border]:.3f} in the outermost columns. D tells the two kinds apart: V "
        "is {wrong[V]:.2f} in place of {right[V]:.2f}, and the energy distance is {wrong[distance]:.2f} in place of "
        "{right[distance]:.2f}.",
        lambda right, wrong: wrong["border"] > 2 * right["border"] and wrong["V"] > right["V"] + 0.4,
    ),
    "the generator judged without augmentation": Sign(
        TRAINING,
        "V",
        "G learns to deceive D with images that D no longer takes for real once they are augmented: V is "
        "{wrong[V]:.2f} in place of {right[V]:.2f}. The samples are bright at the border, {wrong[border]:.3f} in "
        "place of {right[border]:.3f}, and their energy distance is {wrong[distance]:.2f} in place of "
        "{right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > right["V"] + 0.2 and wrong["border"] > 1.5 * right["border"],
    ),
    "one map for a whole batch": Sign(
        TRAINING,
        "spread of D(x)",
        "The mean of D(x) jumps from batch to batch, as all images of a batch are equally bright: over the first 50 "
        "steps its standard deviation is {wrong[first spread of D(x)]:.3f} in place of {right[first spread of "
        "D(x)]:.3f}. D learns to overlook the brightness: over the last 50 steps the standard deviations are "
        "{wrong[spread of D(x)]:.3f} and {right[spread of D(x)]:.3f}.",
        lambda right, wrong: wrong["first spread of D(x)"] > 1.5 * right["first spread of D(x)"],
    ),
    "the gradient of a shift shifted the same way": Sign(
        TRAINING,
        "V",
        "G changes pixels other than those that D asks for, and D wins: V rises to {wrong[V]:.3f} in place of "
        "{right[V]:.2f}. The samples never become digits: their energy distance is {wrong[distance]:.1f} in place "
        "of {right[distance]:.2f}.",
        lambda right, wrong: wrong["V"] > -0.2 and wrong["distance"] > 2 * right["distance"],
    ),
}

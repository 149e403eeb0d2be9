"""Signs of faults of optimisers, of derivatives and of layers."""

from .sign import Sign

OPTIM = {
    "no bias correction": Sign(
        "optim.adam",
        "size",
        "The first steps are far too large: after five of them the distance from the optimum is {wrong[first "
        "size]:.2f} in place of {right[first size]:.2f}. In this valley that helps; a network is thrown out of its "
        "initial weights.",
        lambda right, wrong: wrong["first size"] < right["first size"] / 2,
    ),
    "second moment that begins at one": Sign(
        "optim.adam",
        "loss",
        "The steps are divided by a number that is far too large at first, so the training is slow, with a loss of "
        "{wrong[loss]:.2g} in place of {right[loss]:.2g} after 100 steps.",
        lambda right, wrong: wrong["loss"] > 10 * right["loss"],
    ),
    "momentum that is not remembered": Sign(
        "optim.momentum",
        "loss",
        "The curve is that of plain SGD: along the valley the loss falls to {wrong[loss]:.2g} only, in place of "
        "{right[loss]:.2g}.",
        lambda right, wrong: wrong["loss"] > 100 * right["loss"],
    ),
    "a step up the gradient": Sign(
        "optim.sgd",
        "loss",
        "The loss grows from the first step, to {wrong[loss]:.2g}.",
        lambda right, wrong: wrong["loss"] > wrong["first loss"] > right["first loss"],
    ),
    "Nesterov's momentum that does not look ahead": Sign(
        "optim.nesterov",
        "loss",
        "The loss falls, but through large oscillations: {wrong[first loss]:.2g} in place of {right[first "
        "loss]:.2g} after five steps, {wrong[loss]:.2g} in place of {right[loss]:.2g} after 100.",
        lambda right, wrong: wrong["first loss"] > 10 * right["first loss"] and wrong["loss"] > right["loss"],
    ),
    "RMSProp without the root": Sign(
        "optim.rmsprop",
        "loss",
        "Where the gradient is small the steps are so large that the loss jumps to {wrong[first loss]:.3g}; after "
        "100 steps it is {wrong[loss]:.2g} in place of {right[loss]:.2g}.",
        lambda right, wrong: wrong["first loss"] > 5 * right["first loss"] and wrong["loss"] > 1,
    ),
    "Adagrad that forgets": Sign(
        "optim.adagrad",
        "loss",
        "The steps never become smaller, so the parameters jump across the optimum: the loss stays at "
        "{wrong[loss]:.2g} in place of {right[loss]:.2g}.",
        lambda right, wrong: wrong["loss"] > 5 * right["loss"],
    ),
    "weight decay that is lost": Sign(
        "optim.adamw",
        "bias",
        "A parameter with large gradients hardly decays: from 3 to {wrong[bias]:.2f} in place of {right[bias]:.2f}.",
        lambda right, wrong: wrong["bias"] > right["bias"] + 1,
    ),
    "options of a group that are ignored": Sign(
        "optim.groups",
        "bias",
        "The bias decays like a weight, to {wrong[bias]:.2f} in place of {right[bias]:.2f}.",
        lambda right, wrong: wrong["bias"] < right["bias"] - 1,
    ),
    "a warm-up that begins at 0": Sign(
        "optim.warm-up",
        "scale",
        "The training is one step late, for ever: a factor of {wrong[first scale]:.1f} in place of {right[first "
        "scale]:.1f} in step 5, and a loss of {wrong[loss]:.3g} in place of {right[loss]:.3g} in the end.",
        lambda right, wrong: wrong["first scale"] < right["first scale"] and wrong["loss"] > right["loss"],
    ),
    "milestones an epoch late": Sign(
        "optim.milestones",
        "scale",
        "Each fall comes an epoch late: in the last epoch the factor is {wrong[scale]:.2g} in place of "
        "{right[scale]:.2g}.",
        lambda right, wrong: wrong["scale"] > 5 * right["scale"],
    ),
    "a cosine that ends at −1": Sign(
        "optim.cosine",
        "scale",
        "The factor is {wrong[scale]:.1g} at half of the training, and negative from there on; the optimiser here "
        "refuses it, another one would climb.",
        lambda right, wrong: wrong["scale"] < right["scale"] / 1e6,
    ),
    "gradients that are not cleared": Sign(
        "optim.adam",
        "loss",
        "The sum of all gradients acts like a momentum that nothing damps: the loss swings up and down, and is "
        "{wrong[loss]:.2g} in place of {right[loss]:.2g} after 100 steps.",
        lambda right, wrong: wrong["loss"] > 100 * right["loss"],
    ),
    "clipping before backward": Sign(
        "optim.clipping",
        "loss",
        "Nothing is clipped: after two steps the loss is {wrong[first loss]:.1g} in place of {right[first "
        "loss]:.3g}, and then infinite.",
        lambda right, wrong: wrong["first loss"] > 1e6 * right["first loss"],
    ),
    "each parameter clipped for itself": Sign(
        "optim.clipping",
        "size",
        "No alarm: the loss falls, even faster, as the steps are up to √2 times as long as the maximum allows; the "
        "distance from the optimum is {wrong[first size]:.2f} in place of {right[first size]:.2f} after two steps. "
        "With a hundred parameters they are ten times as long.",
        lambda right, wrong: wrong["first size"] < right["first size"],
    ),
}
NETWORK = {
    "attention scores divided by d": Sign(
        "network.attention",
        "error",
        "The weights are almost equal at first, so attention learns slowly: an error of {wrong[error]:.3f} in place "
        "of {right[error]:.3f} after 200 steps.",
        lambda right, wrong: wrong["error"] > 2 * right["error"],
    ),
    "gradients that do not add up over backward calls": Sign(
        "network.micro-batches",
        "error",
        "Each step sees the last micro-batch alone, a quarter of the batch: noisier, and after 300 steps an error "
        "of {wrong[error]:.3f} in place of {right[error]:.3f}. Little to see, for a quarter of the data.",
        lambda right, wrong: wrong["error"] > 1.1 * right["error"],
    ),
    "last use of a tensor only": Sign(
        "network.plain network",
        "error",
        "Hardly anything: the gradient still points down, and the error is {wrong[error]:.4f} in place of "
        "{right[error]:.4f} after 300 steps. A network that uses its states twice learns a little slower.",
        lambda right, wrong: wrong["error"] > 1.03 * right["error"],
    ),
    "mean over the uses of a broadcast element": Sign(
        "network.plain network",
        "error",
        "Nothing that one would notice: the gradients of the biases are divided by the batch size, so that the "
        "biases hardly move, and this network does without them: {wrong[error]:.4f} and {right[error]:.4f}.",
        lambda right, wrong: (
            wrong["error"] != right["error"] and abs(wrong["error"] - right["error"]) < 0.001
        ),
    ),
    "slope of tanh from its argument": Sign(
        "network.plain network",
        "error",
        "The error begins as before, {wrong[first error]:.2f} and {right[first error]:.2f}, as 1 − x² is right near "
        "0. Then arguments grow beyond 1, the slope is negative and large, and the error is no number any more.",
        lambda right, wrong: not wrong["error"] >= 0 and right["error"] >= 0,
    ),
    "matrix product without a transpose": Sign(
        "network.network",
        "error",
        "It learns, and stops at an error of {wrong[error]:.3f} in place of {right[error]:.3f}: the gradient of the "
        "square layer is wrong, the layers after it adapt. With batches of any other size there is nothing to see.",
        lambda right, wrong: wrong["error"] > 2 * right["error"],
    ),
}

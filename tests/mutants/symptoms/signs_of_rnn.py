"""Signs of faults of recurrent networks, and of kernels."""

from .sign import Sign

RNN = {
    "output of the state before": Sign(
        "rnn.words",
        "held out",
        "It learns, but stays a letter behind: {wrong[held out]:.2f} bits per character in place of {right[held "
        "out]:.2f}, as it predicts each letter without the one before.",
        lambda right, wrong: wrong["held out"] > right["held out"] + 0.2,
    ),
    "state lost between the chunks of an evaluation": Sign(
        "rnn.words",
        "held out",
        "The training is as before. The score is a little too high, {wrong[held out]:.3f} in place of {right[held "
        "out]:.3f} bits per character, as each chunk of the evaluation begins without context.",
        lambda right, wrong: wrong["held out"] > right["held out"] + 0.005,
    ),
    "state lost between the chunks of training": Sign(
        "rnn.counting",
        "held out",
        "The printed loss falls, to {wrong[bits]:.2f} in place of {right[bits]:.2f} bits per character. On a text "
        "that is read as a whole the network never saw such states: {wrong[held out]:.2f} in place of {right[held "
        "out]:.2f}.",
        lambda right, wrong: wrong["held out"] > 5 * right["held out"],
    ),
    "state that is not detached": Sign(
        "rnn.words",
        "bits",
        "The training stops with an error in the second chunk, as backward reaches a graph that was freed. A "
        "library that keeps its graphs would become slower with each chunk.",
        lambda right, wrong: not wrong["bits"] > 0 and right["bits"] > 0,
    ),
    "padding in the loss": Sign(
        "rnn.padded words",
        "bits",
        "The printed loss is far too high and falls for a long time, to {wrong[bits]:.2f} in place of "
        "{right[bits]:.2f} bits per letter, while the network learns to predict padding. The real letters are "
        "predicted about as well: {wrong[held out]:.3f} and {right[held out]:.3f}.",
        lambda right, wrong: wrong["bits"] > 5 * right["bits"],
    ),
    "attention to padding": Sign(
        "rnn.translation",
        "alone",
        "The printed loss is as before, {wrong[loss]:.3f} and {right[loss]:.3f} nats per word. It depends on the "
        "padding: words that are translated one by one, without any, cost {wrong[alone]:.2f} nats in place of "
        "{right[alone]:.2f}.",
        lambda right, wrong: wrong["alone"] > 5 * right["alone"],
    ),
    "padding in the loss of a translation": Sign(
        "rnn.translation",
        "alone",
        "The printed loss begins at {wrong[first loss]:.1f} in place of {right[first loss]:.1f} nats per word, and "
        "the network first learns padding: after 60 steps held-out words cost {wrong[alone]:.3f} nats in place of "
        "{right[alone]:.3f}.",
        lambda right, wrong: (
            wrong["alone"] > 3 * right["alone"] and wrong["first loss"] > right["first loss"] + 2
        ),
    ),
    "state that is not carried": Sign(
        "rnn.recall",
        "error",
        "Nothing: training computes with the fused primitive, which is right. The wrong scan is its composed twin, "
        "with which tests compare it; both curves are the same.",
        lambda right, wrong: right == wrong,
    ),
}
KERNELS = {
    "a missing transpose of W_hh": Sign(
        "rnn.recall",
        "error",
        "It learns all the same, only later: the error is {wrong[error]:.4f} in place of {right[error]:.4f} after "
        "300 steps, and {wrong[first error]:.2f} in place of {right[first error]:.2f} at first. Many take this for "
        "a bad learning rate.",
        lambda right, wrong: (
            wrong["error"] > 1.5 * right["error"] and wrong["first error"] > right["first error"]
        ),
    ),
    "sweep whose delta is 0 in the last step": Sign(
        "rnn.recall",
        "error",
        "The recurrent weights get no gradient, so only the output layer learns to read what random weights keep: "
        "an error of {wrong[error]:.2f} in place of {right[error]:.4f} after 300 steps.",
        lambda right, wrong: wrong["error"] > 50 * right["error"],
    ),
    "gradient of the inputs from their own step": Sign(
        "rnn.recall by two layers",
        "error",
        "Hardly anything: the upper layer learns rightly, and the error falls as before, after a slower start "
        "({wrong[first error]:.2f} in place of {right[first error]:.2f}). On tasks that need the lower layer it "
        "would not.",
        lambda right, wrong: wrong["first error"] > right["first error"] + 0.03,
    ),
    "noise times the variance": Sign(
        "vae.vae",
        "nats",
        "The printed loss is too good, {wrong[loss]:.1f} in place of {right[loss]:.1f} nats per image: the encoder "
        "says a larger sigma than it uses, and pays less for it. Held-out images, with the noise that logvar names, "
        "cost {wrong[nats]:.2f} and {right[nats]:.2f} nats.",
        lambda right, wrong: wrong["loss"] < right["loss"] - 1 and wrong["nats"] > right["nats"],
    ),
}

"""Faults of models and derivatives that no training shows, each with the reason."""

from .sign import Nothing

REASONS = {
    "means where draws are asked for": (
        "training never samples x. Only samples that are drawn afterwards lack noise."
    ),
    "cells that are known filled in": (
        "missing cells are filled in after training, by a model that is right."
    ),
    "density of frames in the units of the network": (
        "log p(x) lacks a constant, Σ log scale, so every gradient is as before; the nats that are printed are off "
        "by it."
    ),
    "reset gate before the product": (
        "training computes with the fused primitive, which is right. Only texts are generated with the wrong step."
    ),
    "temperature after the softmax": "the temperature is for samples; training never draws one.",
    "nucleus without the symbol that completes it": "top-p is for samples; training never draws one.",
    "one symbol too many": "top-k is for samples; training never draws one.",
    "the most probable symbol in place of a sample": (
        "training never draws a symbol; the samples repeat themselves."
    ),
    "the other bias of a gated unit, in texts alone": (
        "training and scores use the right bias. Only texts come from a model that was not trained."
    ),
    "a phone that is spoken a frame too long": (
        "the recurrence learns frames that begin one later: its loss is that of the right model within 1 %."
    ),
    "beam that counts the length of the search": "beam search translates after training.",
    "beam that stops at the first end": "beam search translates after training.",
    "contexts that reach over the end of a sorted target": (
        "it is the score of the n-gram baseline that is wrong."
    ),
    "random numbers that a failed step has used": (
        "no step of a healthy training fails; a training that is resumed after a failed step differs from one that "
        "was not stopped."
    ),
    "second derivative without its half": (
        "the first derivative is right, and a training without a penalty on slopes needs no second one."
    ),
    "cotangent of a rearrangement without its constants": (
        "gradients are wrong only where an array of parameters is joined with constants, which no layer here does."
    ),
    "a keyword left out of a template": (
        "np.stack(parts, axis=1) gives another shape, which the next layer refuses before the first step."
    ),
    "an infinite share of an infinite sum": (
        "a healthy training has no infinite sums; one that diverges gets NaN."
    ),
    "a product divided by its factor": "the losses here have no products of factors that are 0.",
    "a half that counts": "the layers compute in float32; a half (float16) that is averaged occurs in none.",
    "the conjugate of a complex gradient": "the parameters and data of these models are real.",
    "an imaginary part that moves a real number": "the parameters and data of these models are real.",
    "a correlation that loses its conjugate": "of real sequences both forms are the same.",
    "the direction of a zero vector": (
        "no norm in these trainings is exactly 0; a penalty on the slope at a critic of zeros would get NaN."
    ),
    "equal values whose vectors nobody uses": "no loss here takes eigenvalues.",
    "the inverse of a singular matrix": "no loss here takes a determinant.",
    "zero times infinity": "a healthy training has no infinite cotangents.",
    "a quantile at a fixed place": "no loss here learns at which quantile it looks.",
    "a block that stays after it was left": (
        "a training leaves its blocks in order. Two generators that are closed out of order leave the recording "
        "off, and backward then refuses."
    ),
    "gradients that threads add without a lock": (
        "one thread computes the gradients; with several, some are lost at random."
    ),
    "a gradient that is handed over at its first use": "trainings in one process take gradients at the end.",
    "a gradient that is handed over in shared memory": "trainings in one process take gradients at the end.",
    "a bucket that begins with its first gradient": "a sum over several ranks stops with an error.",
    "a rank that waits for the sum with which it began": "one process waits for nobody.",
    "one array as the gradient by two arguments": (
        "the optimisers only read gradients; clipping in place would scale such a gradient twice."
    ),
    "a hook that writes into the cotangents of others": "no training here has a hook that writes.",
    "a write through an older view that nobody notices": (
        "no training here writes into an array that was recorded."
    ),
    "a direction in the order of its own keys": (
        "directions are for forward mode, which trainings do not use."
    ),
    "a warning of an intended constant": "values and gradients are right; a warning is printed in vain.",
    "evaluation mode for ever": (
        "the blocks of a training end in order. Two that overlap leave dropout off, as in a training without it."
    ),
    "a backend for ever": "every backend computes the same numbers; the training becomes slower or faster.",
    **dict.fromkeys(
        [
            "a sum of each rank by itself",
            "halves that begin with distant ranks",
            "parts of a rank in reverse order",
            "noise that follows the process",
            "statistics that go from part to part",
        ],
        "one process trains here; on several, the weights of two numbers of ranks differ, and both train well.",
    ),
    "parts that all weigh the same": "batches are not cut here; parts of unequal size would count too much.",
    "the same noise in two threads": (
        "one thread draws the noise; two would draw the same numbers now and then."
    ),
}

NO_SIGNS = {name: Nothing(reason) for name, reason in REASONS.items()}

"""Which parameters the weight decay of AdamW leaves out."""

import numpy as np

from scratchgen.nn import LayerNorm, Linear, Sequential
from scratchgen.optim import AdamW, no_decay
from scratchgen.random import Generator


def test_matrices_decay_but_biases_and_normalisation_do_not():
    model = Sequential(Linear(3, 4, rng=Generator(0)), LayerNorm(4))
    names = dict(model.named_parameters())
    before = {name: p.data.copy() for name, p in names.items()}
    optimizer = AdamW(no_decay(model), learning_rate=0.1, weight_decay=0.5)
    assert {id(p) for p in optimizer.parameters} == {id(p) for p in names.values()}
    for p in names.values():
        p.data[...] += 1.0  # a bias that begins at 0 would show no decay
        p.grad = np.zeros_like(p.data)
    optimizer.step()
    shrunk = {name for name, p in names.items() if not np.allclose(p.data, before[name] + 1)}
    assert shrunk == {name for name, p in names.items() if p.ndim == 2} and len(shrunk) == 1


def test_a_model_of_vectors_alone_has_one_group():
    (group,) = no_decay(LayerNorm(4))
    assert group["weight_decay"] == 0 and len(group["params"]) == 2

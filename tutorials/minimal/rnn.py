"""A character RNN on one page: tokeniser, network, loss, training loop, samples, score.

    h_t = tanh(W_xh x_t + W_hh h_{t−1} + b_h)        x_t is the embedding of character c_t
    y_t = W_hy h_t + b_y
    p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}]

It reads source code of Python's standard library for half a minute, writes some of its own, and compares its score
with those of n-grams. `scratchgen.rnn` has the same model with fused kernels; `tutorials/04_rnn.py` derives it.

Shapes: T steps, B texts in a batch, E the embedding, H the state, V the characters. Sequences are (T, B, ...).
"""

import math

import numpy as np

import scratchgen as sg
from scratchgen import data, evaluation, nn, optim
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn.init import orthogonal

EMBEDDING, HIDDEN = 32, 128  # E, H
EPOCHS, BATCH_SIZE, BPTT_STEPS, LEARNING_RATE = 3, 32, 32, 4e-3  # B, T


class CharacterRNN(nn.Module):
    """The three equations above. Examples are rows, so W_xh x_t + b_h is written `self.input(x_t)`."""

    def __init__(self, vocabulary_size: int, rng: sg.Generator) -> None:
        self.embedding = nn.Embedding(vocabulary_size, EMBEDDING, rng)
        self.input = nn.Linear(EMBEDDING, HIDDEN, rng)  # W_xh, b_h
        self.W_hh = nn.Parameter(orthogonal(rng, HIDDEN))  # a rotation: gradients neither grow nor vanish
        self.output = nn.Linear(HIDDEN, vocabulary_size, rng)  # W_hy, b_y

    def forward(self, ids, h):
        """Read characters ids (T, B) from state h (B, H) → logits y (T, B, V), last state (B, H)."""
        states = []
        for x_t in self.embedding(ids):
            h = np.tanh(self.input(x_t) + h @ self.W_hh)
            states.append(h)
        return self.output(np.stack(states)), h

    def loss(self, ids, targets, h):
        """−log p of the target after each character, (T, B) nats, and the last state."""
        y, h = self(ids, h)
        return softmax_cross_entropy(y, targets), h

    def first_state(self, batch_size: int) -> np.ndarray:
        """h_0 = 0, the state before the first character (B, H)."""
        return np.zeros((batch_size, HIDDEN), np.float32)


def train(model: CharacterRNN, ids: np.ndarray) -> None:
    """Truncated BPTT: the state is carried from chunk to chunk, the gradient stops at the border of a chunk."""
    optimizer = optim.Adam(model.parameters(), learning_rate=LEARNING_RATE)
    for epoch in range(EPOCHS):
        h, bits = model.first_state(BATCH_SIZE), []
        for inputs, targets in data.text_chunks(ids, BATCH_SIZE, BPTT_STEPS):
            optimizer.zero_grad()
            losses, h = model.loss(inputs, targets, h)
            losses.mean().backward()
            optim.clip_grad_norm(model.parameters(), 1.0)
            optimizer.step()
            h = h.numpy()  # a plain array: no gradient flows into the chunk before
            bits.append(losses.numpy().mean() / math.log(2))
        print(f"epoch {epoch + 1}: {np.mean(bits):.2f} bits per character of training text")


def sample(model: CharacterRNN, prompt: np.ndarray, n: int, temperature: float, rng: sg.Generator) -> list:
    """The prompt (N,) and n more characters, each drawn from softmax(y_t / temperature)."""
    ids = list(prompt)
    with sg.no_grad():
        y, h = model(prompt[:, None], model.first_state(1))
        for _ in range(n):
            ids.append(rng.categorical(softmax(y.numpy()[-1, 0].astype(float) / temperature)).item())
            y, h = model(np.array([[ids[-1]]]), h)
    return ids


def bits_per_character(model: CharacterRNN, ids: np.ndarray) -> float:
    """The mean of −log₂ p(c_t | c_1 … c_{t−1}) over a text."""
    with sg.no_grad():
        losses, _ = model.loss(ids[:-1, None], ids[1:, None], model.first_state(1))
    return losses.numpy().mean() / math.log(2)


text = data.load_text("stdlib")
train_text, test_text = text.train[:300_000], text.test[:20_000]
tokenizer = data.CharacterTokenizer.of(train_text, held_out=test_text)
train_ids, test_ids = tokenizer.encode(train_text), tokenizer.encode(test_text)
model = CharacterRNN(tokenizer.size, sg.Generator(0))
train(model, train_ids)
print(tokenizer.decode(sample(model, tokenizer.encode("\ndef "), 400, 0.7, sg.Generator(1))))

score = {"RNN": bits_per_character(model, test_ids)}
for order, name in enumerate(["unigram", "bigram", "trigram"]):
    ngram = evaluation.NGram(order).fit(train_ids, tokenizer.size)
    score[name] = -ngram.log_prob(test_ids).mean() / math.log(2)
print("\nbits per held-out character:", ", ".join(f"{name} {bits:.2f}" for name, bits in score.items()))
assert score["RNN"] < min(score["unigram"], score["bigram"], score["trigram"])

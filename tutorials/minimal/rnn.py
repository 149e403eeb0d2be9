"""A character RNN on one page: tokeniser, network, loss, training loop, samples, score.

    h_t = tanh(W_xh x_t + b_h + W_hh h_{t−1})        x_t is the embedding of character c_t
    y_t = W_hy h_t + b_y
    p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}]

It reads source code of Python's standard library for half a minute, writes some code itself, and compares its score
with n-gram models. `scratchgen.rnn` has the same network with fused kernels; `tutorials/04_rnn.py` derives it.

Shapes: T steps, B texts in a batch, E the embedding, H the state, V the characters. Sequences are (T, B, ...).
"""

import math

import numpy as np

import scratchgen as sg

EMBEDDING, HIDDEN = 32, 128  # E, H
EPOCHS, BATCH_SIZE, BPTT_STEPS, LEARNING_RATE = 3, 32, 32, 4e-3  # B, T


class CharacterRNN(sg.nn.Module):
    """The three equations above; a linear layer holds a matrix together with its bias."""

    def __init__(self, vocabulary_size: int) -> None:
        self.embedding = sg.nn.Embedding(vocabulary_size, EMBEDDING)
        self.W_xh = sg.nn.Linear(EMBEDDING, HIDDEN)
        # a rotation at first: gradients neither grow nor vanish on their way back through time
        self.W_hh = sg.nn.Parameter(sg.nn.init.orthogonal(None, HIDDEN))
        self.W_hy = sg.nn.Linear(HIDDEN, vocabulary_size)

    def forward(self, ids, h):
        """Read characters ids (T, B) from state h (B, H) → logits y (T, B, V), last state (B, H)."""
        states = []
        for x_t in self.embedding(ids):
            h = np.tanh(self.W_xh(x_t) + h @ self.W_hh)
            states.append(h)
        return self.W_hy(np.stack(states)), h

    def loss(self, ids, targets, h):
        """−log p(target) after each character, (T, B) nats, and the last state."""
        y, h = self(ids, h)
        return sg.functional.softmax_cross_entropy(y, targets), h

    def first_state(self, batch_size: int) -> np.ndarray:
        """h_0 = 0, the state before the first character (B, H)."""
        return np.zeros((batch_size, HIDDEN), np.float32)


def train(model: CharacterRNN, ids: np.ndarray) -> None:
    """Truncated BPTT: the state is carried from chunk to chunk, the gradient stops at the border of a chunk."""
    optimizer = sg.optim.Adam(model.parameters(), learning_rate=LEARNING_RATE)
    for epoch in range(1, EPOCHS + 1):
        h, bits = model.first_state(BATCH_SIZE), []
        for inputs, targets in sg.data.text_chunks(ids, BATCH_SIZE, BPTT_STEPS):
            optimizer.zero_grad()
            losses, h = model.loss(inputs, targets, h)
            losses.mean().backward()
            sg.optim.clip_grad_norm(model.parameters(), 1.0)
            optimizer.step()
            h = h.numpy()  # a plain array: no gradient flows into the chunk before
            bits.append(losses.numpy().mean() / math.log(2))
        print(f"epoch {epoch}: {np.mean(bits):.2f} bits per character of training text")


def sample(model: CharacterRNN, prompt: np.ndarray, n: int, temperature: float, rng: sg.Generator) -> list:
    """The prompt (N,) and n more characters, each drawn from softmax(y_t / temperature)."""
    ids, h = list(prompt), model.first_state(1)
    with sg.no_grad():
        y, h = model(prompt[:, None], h)
        for _ in range(n):
            p = sg.functional.softmax(y.numpy()[-1, 0].astype(float) / temperature)
            ids.append(int(rng.categorical(p)))
            y, h = model(np.array([[ids[-1]]]), h)
    return ids


def bits_per_character(model: CharacterRNN, ids: np.ndarray) -> float:
    """The mean of −log₂ p(c_t | c_1 … c_{t−1}) over a text (N,)."""
    with sg.no_grad():
        losses, _ = model.loss(ids[:-1, None], ids[1:, None], model.first_state(1))
    return losses.numpy().mean() / math.log(2)


text = sg.data.load_text("stdlib")
train_text, test_text = text.train[:300_000], text.test[:20_000]
tokenizer = sg.data.CharacterTokenizer.of(train_text, held_out=test_text)
train_ids, test_ids = tokenizer.encode(train_text), tokenizer.encode(test_text)
sg.random.seed(0)  # of the stream that draws the weights
model = CharacterRNN(tokenizer.vocabulary_size)
train(model, train_ids)
print(tokenizer.decode(sample(model, tokenizer.encode("\ndef "), 400, 0.7, sg.random.default_rng(1))))

score = {"RNN": bits_per_character(model, test_ids)}
for order, name in enumerate(["unigram", "bigram", "trigram"]):
    ngram = sg.evaluation.NGram(order).fit(train_ids, tokenizer.vocabulary_size)
    score[name] = -ngram.log_prob(test_ids).mean() / math.log(2)
print("\nbits per held-out character:", ", ".join(f"{name} {bits:.2f}" for name, bits in score.items()))
assert min(score, key=score.get) == "RNN"

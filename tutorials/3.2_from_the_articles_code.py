# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 3.2 From the article's code to code that works
#
# An introductory article on [generative models](0.1_start_here.py) ends with sixty lines for the library Keras. They
# should learn to draw images, and seventeen faults keep them from it. You see each fault, its symptom and its repair,
# until handwritten digits appear.
#
# **You will be able to**
#
# - write the value that the two networks play for, and the labels that the discriminator is trained with;
# - name the symptom of each fault: an error, a number or a picture;
# - write a training loop that draws digits of all ten classes;
# - choose a loss for the generator whose gradient does not vanish.
#
# **You need** linear layers, ReLU, logits and Adam from [a VAE on digits](2.3_vae_on_digits.py). Reading takes about
# 40 minutes without the tasks at the end, running ten seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import numpy as np

import scratchgen as sg
from scratchgen import gan, nn, plots
from scratchgen.data import batches, load_images
from scratchgen.evaluation import Classifier, class_shares
from scratchgen.functional import bernoulli_cross_entropy, sigmoid
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="from-the-articles-code-"))  # the pictures of this page
digits = load_images("digits")  # 1,297 for training; 64 pixels each, from 0 to 1
rng = sg.random.default_rng(2)

# %% [markdown]
# ## A question first
#
# The article builds two networks. The **generator** turns noise into images, called **fakes**. The **discriminator**
# tells fakes from real images. Their layers, with the numbers of the faults below:
#
# ```python
# Dense(num_pixels, activation='sigmoid')   # 1, 7: the last layer of the generator
# Input(shape=(num_pixels, num_pixels, 1))  # 3: the input of the discriminator
# Dense(256, activation='relu')             # 4: its first layer
# Dense(1, activation='sigmoid')            # 15: its last layer
# Model(input_layer, output_layer)          # 5: both networks
# ```
#
# `Dense(256, activation='relu')` is a linear layer with 256 outputs, then a ReLU. This is the training:
#
# ```python
# generated_images = generator.predict(noise)                            # 8, 14
# for epoch in range(num_epochs):
#     for _ in range(int(batch_size / 64)):                              # 10
#         img_batch = generated_images[_]                                # 9
#         label = np.ones((batch_size, 1))                               # 2, 11
#         discriminator.train_on_batch(img_batch, label)                 # 6
#     discriminator.trainable = False                                    # 12
#     for _ in range(int(batch_size / 64)):
#         generated_images_batch = generator.predict(noise_batch)        # 14
#         discriminator.train_on_batch(generated_images_batch, label)    # 13
# ```
#
# `predict(x)` returns a network's output for `x`. `train_on_batch(x, label)` makes one training step, which moves
# the output for `x` towards the label.
#
# Suppose that we repair only the lines that raise an error. **Write down what you expect** after 100 epochs: what does
# the discriminator output for fakes, for real digits, and for pure noise? How many parameters of the generator have
# changed?
#
# ## The game and its value
#
# Both networks together are a **generative adversarial network (GAN)**. The generator $G$ turns noise $z$ with the
# density $p_z = \mathcal N(0, I)$ into an image $G(z)$. The discriminator $D$ turns an image $x$ into $D(x)$, the
# probability that $x$ is from the data. **Adversarial** means that what one network gains, the other loses. They play
# for one number, the **value**:
#
# $$
# \min_G \max_D V(D, G), \quad
# V(D, G) = \mathbb E_{x \sim p_{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log (1 - D(G(z)))]. \tag{3.2.1}
# $$
#
# The first $\mathbb E$ is the mean over real images, the second the mean over noise. $D$ makes both terms large:
# $D(x)$ near 1, $D(G(z))$ near 0. $G$ makes the second term small. Such a game is called **minimax**: $G$ minimises
# the maximum that $D$ can reach.
#
# In code, each image has a **label** $t$, the output that $D$ should have: 1 if the image is real, 0 if it is a fake.
# The loss is the **cross-entropy** $L_t$, minus the log-probability of the label:
#
# $$
# L_t(x) = -t \log D(x) - (1 - t) \log (1 - D(x)), \quad
# -V(D, G) = \mathbb E_{x \sim p_{data}}[L_1(x)] + \mathbb E_{z \sim p_z}[L_0(G(z))]. \tag{3.2.2}
# $$
#
# So with the right labels, $D$ minimises $-V$. The library computes $V$ from the logits $a$: if $D(x) = \sigma(a)$,
# then $-\log(1 - D(x)) = \log(1 + e^a)$, which is `softplus(a)`, and $-\log D(x) = \log(1 + e^{-a})$.
#
# > In the debugger: `scratchgen debug gan.value`

# %%
print(inspect.getsource(gan.value).splitlines()[-1])

a = np.array([2.0, -0.5, 1.0, -1.0, 0.3, -3.0])  # logits of three real images and of three fakes
t = np.array([1, 1, 1, 0, 0, 0])
L = bernoulli_cross_entropy(a[:, None], t[:, None])  # [:, None] makes columns: a row per image
D_of_x = 1 / (1 + np.exp(-a))
check("(3.2.2) L, from D(x)", L, -t * np.log(D_of_x) - (1 - t) * np.log(1 - D_of_x), 1e-14)
check("(3.2.2) −V, from the labels", -gan.value(a[:3], a[3:]), L[:3].mean() + L[3:].mean(), 1e-14)

# %% [markdown]
# ## Seventeen faults
#
# | | fault | symptom | repair |
# |---|---|---|---|
# | 1, 2 | `num_pixels` and `np` have no value | an error | 64; `import` |
# | 3 | `num_pixels`: all pixels in $G$, a side in $D$ | $G$ makes 64 numbers, $D$ expects 4,096 | rows of 64 |
# | 4 | `Dense` sees the last axis only: one number | 64 outputs per image | rows of 64 |
# | 5 | no `compile`, which sets loss and optimiser | an error | set both |
# | 6 | no real image is loaded | $D$ never sees a digit | a batch of data per step |
# | 7 | $G$ outputs 0 to 1, the data 0 to 16 | $D$ knows fakes by brightness | scale to 0…1 |
# | 8 | fakes are drawn before the loop | the same fakes in all epochs | new noise per step |
# | 9 | `generated_images[_]` is one image | one image, 64 labels | the whole batch |
# | 10 | the batch size sets the number of steps | 32 → no step | count the data |
# | 11 | fakes have the label 1 in $D$'s step | $D$ calls all images real | label 0 |
# | 12 | `trainable` changes without a new `compile` | no effect | an optimiser per network |
# | 13 | "$G$'s step" trains $D$ | $G$ never changes | a loss for $G$ |
# | 14 | `predict` returns plain numbers | no gradient reaches $G$ | $G$'s own output |
# | 15 | $D$ ends with a sigmoid | $D(x)$ is rounded to 1 | keep the logit |
# | 16 | $G$'s loss is its term in (3.2.1) | a tiny gradient | another loss |
# | 17 | nobody looks at samples | none | draw, count classes |
#
# Fault 5 stops Keras at once. This section runs faults 1 to 4, 7, 9 and 10; the next two run the rest. `nn.Linear` is
# `Dense`, with the number of inputs.

# %%
D_of_squares = nn.Linear(64 * 64, 1, rng)  # for images of num_pixels × num_pixels
for fault, line in enumerate(("nn.Linear(256, num_pixels)", "np.ones((64, 1))", "D(G_output)"), 1):
    try:  # to run the line, with these names alone
        exec(line, {"nn": nn, "D": D_of_squares, "G_output": digits.train[:64]})
        raise AssertionError(f"{fault}: no error")
    except (NameError, ValueError) as problem:
        print(f"{fault}: {problem}")

images = digits.train[:64].reshape(64, 8, 8, 1)  # as 64 images of 8 × 8 pixels
dense = nn.Linear(1, 1, rng)  # one number in, one out: the last axis
check("4: outputs per image", dense(images).numpy()[0].size, 64, 0)
brightest = 16 * digits.train.max(axis=1)  # in the file, pixels are from 0 to 16
check("7: real images with a pixel > 1", (brightest > 1).mean(), 1, 0)
check("9: axes of images[0]; a batch has 4", images[0].ndim, 3, 0)
for batch_size, steps in ((32, 0), (64, 1), (128, 2)):
    check(f"10: steps, batches of {batch_size}", int(batch_size / 64), steps, 0)

# %% [markdown]
# ## The loop as it was written
#
# With the shapes repaired, here are the networks, with narrower layers than the article's. `BatchNorm` is **batch
# normalisation**: it shifts and scales each number of a layer to mean 0 and variance 1 over the batch, so a batch of
# fakes cannot become nearly equal images.


# %%
class DigitGAN(gan.AdversarialPair):
    """G: 16 numbers of noise → 64 pixels. D: 64 pixels → one logit.

    The base class adds generate(n, rng), which is G of new noise; logits(x), the logit a of each row of x; and sample,
    which generates without recording for gradients.
    """

    latent_dim = 16

    def __init__(self, rng):
        first = nn.Linear(16, 256, rng), nn.BatchNorm(256), nn.ReLU()
        second = nn.Linear(256, 256, rng), nn.BatchNorm(256), nn.ReLU()
        self.G = nn.Sequential(*first, *second, nn.Linear(256, 64, rng), nn.Sigmoid())
        self.D = nn.Sequential(nn.Linear(64, 256, rng), nn.ReLU(), nn.Linear(256, 1, rng))


def move(optimizer, loss):
    optimizer.zero_grad()  # clear the gradients of the step before
    loss.backward()  # compute the gradient of the loss by every parameter that it depends on
    optimizer.step()  # move this optimiser's parameters against their gradients


pair = DigitGAN(rng)
noise, five_images = {"z": np.zeros((5, 16), np.float32)}, {"x": digits.train[:5]}
plots.diagram({"G": (pair.G, noise), "D": (pair.D, five_images)}).save(OUT / "networks.png")

# %% [markdown]
# The article's epoch has two steps. Both train $D$ on fakes with the label 1: first on old fakes (faults 6, 8, 11),
# then, as "$G$'s step", on new ones (12, 13, 14). `.numpy()` does what `predict` does: it returns plain numbers,
# without the **graph**, the record of the computation that leads back to $G$.


# %%
def numbers(network):
    """All parameters of a network in a row."""
    return np.concatenate([p.numpy().ravel() for p in network.parameters()])


G_before, D_before = numbers(pair.G), numbers(pair.D)
optimizer = sg.optim.Adam(pair.D.parameters(), learning_rate=1e-3)
untrained = pair.sample(250, rng)  # also samples after that training, if it leaves G as it is
old_fakes, shown = pair.generate(64, rng).numpy(), []
for _ in range(100):
    shown.append(old_fakes)
    for fakes in (old_fakes, pair.generate(64, rng).numpy()):
        a = pair.logits(fakes)
        move(optimizer, bernoulli_cross_entropy(a[:, None], np.ones((64, 1))).mean())

for name, x in {"fakes": untrained, "digits": digits.test, "noise": rng.random((250, 64))}.items():
    check(f"6, 11: D of {name}", sigmoid(pair.logits(x).numpy()).mean(), 1, 0.02)
check("8: different fakes in 100 epochs", len(np.unique(np.concatenate(shown), axis=0)), 64, 0)
# a ReLU that is 0 for all of these fakes passes no gradient, so not all parameters move
check("12, 13: share of D's parameters that moved", (numbers(pair.D) != D_before).mean(), 0.75, 0.15)
check("13: parameters of G that moved", (numbers(pair.G) != G_before).sum(), 0, 0)
check("14: gradients that reached G", sum(p.grad is not None for p in pair.G.parameters()), 0, 0)

# %% [markdown]
# Compare with what you wrote down. $D$ calls everything real, noise included, and no parameter of $G$ has changed. The
# reason is in (3.2.2): with labels of 1 alone $D$ minimises $\mathbb E_{z \sim p_z}[L_1(G(z))]$, which is 0 for
# $D(x) = 1$.
#
# ## The loop that works
#
# $G$ needs a loss of its own (fault 13). Its term of $V$ is one choice; minus the log-probability of the label 1 is
# another:
#
# $$ \mathbb E_z[\log(1 - D(G(z)))] \quad\text{or}\quad -\mathbb E_z[\log D(G(z))]. \tag{3.2.3} $$
#
# Both fall as $D(G(z))$ rises. But their slopes by the logit $a$ of a fake differ. $\log(1 - \sigma(a)) =
# -\log(1 + e^a)$ has the slope $-e^a / (1 + e^a) = -\sigma(a)$, and $-\log \sigma(a) = \log(1 + e^a) - a$ has the slope
# $\sigma(a) - 1$:
#
# $$
# \frac{d}{da} \log(1 - \sigma(a)) = -\sigma(a), \quad \frac{d}{da} (-\log \sigma(a)) = -(1 - \sigma(a)). \tag{3.2.4}
# $$
#
# At the start $D$ recognises every fake: $a$ is far below 0. There the first slope is nearly 0, although $G$ has
# everything to learn: the loss is **saturating** (fault 16). The second slope is nearly −1: **non-saturating**. To see
# this, let $D$ alone learn for three epochs.
#
# > In the debugger: `scratchgen debug gan.generator_loss`


# %%
def slopes(kind, a):
    """The slope of G's loss, "minimax" (left) or "nonsaturating" (right), by the logit of each fake."""
    return sg.grad(lambda a: a.size * gan.generator_loss(a, kind))(a)  # the loss is a mean


a = np.array([-20.0, -5.0, 0.0, 5.0])
check("(3.2.4) slopes, saturating", slopes("minimax", a), -sigmoid(a), 1e-12)
check("(3.2.4) slopes, non-saturating", slopes("nonsaturating", a), -(1 - sigmoid(a)), 1e-12)

pair = DigitGAN(rng)
optimizer = sg.optim.Adam(pair.D.parameters(), learning_rate=2e-3)
for _ in range(3):  # batches: all images in random order, 64 at a time; drop_last leaves out a smaller rest
    for real in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
        move(optimizer, -gan.value(pair.logits(real), pair.logits(pair.generate(64, rng).numpy())))
a = pair.logits(pair.generate(64, rng)).numpy()
check("16: mean logit of the fakes", a.mean(), -6.75, 0.7)
check("16: mean slope, saturating", slopes("minimax", a).mean(), -0.0015, 0.001)
check("16: mean slope, non-saturating", slopes("nonsaturating", a).mean(), -0.9985, 0.001)
check("15: 1 − D(x) at a = 20, rounded", 1 - sigmoid(np.float32(20)), 0, 0)

# %% [markdown]
# The last line is fault 15: $D(x)$ is rounded to 1, and $\log(1 - D(x))$ would be $-\infty$. With the logit it is −20.
#
# Now the whole loop. $D$'s loss takes both kinds of images, so labels cannot be mistaken, and gets the fakes as plain
# numbers; $G$'s loss keeps their graph.


# %%
def train(pair, rng, epochs=60):
    """For each batch of real images: one step of D, then one step of G."""
    # beta1: Adam averages the recent gradients, here over fewer; older ones were against an older opponent
    optimizer_D = sg.optim.Adam(pair.D.parameters(), learning_rate=1e-3, beta1=0.5)
    optimizer_G = sg.optim.Adam(pair.G.parameters(), learning_rate=1e-3, beta1=0.5)
    for _ in range(epochs):
        for real in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
            fake = pair.generate(64, rng)
            move(optimizer_D, -gan.value(pair.logits(real), pair.logits(fake.numpy())))
            # D gets gradients here, too, but optimizer_G moves only G; zero_grad clears them in D's next step
            move(optimizer_G, gan.generator_loss(pair.logits(fake)))


# %% [markdown]
# Nobody looked at the article's samples (fault 17). A **classifier**, a network that names the class of an image,
# counts the classes.

# %%
classifier = Classifier(64, 10, rng).fit(digits.train, digits.train_labels, epochs=30, rng=rng)
check("digits recognised", (classifier.predict(digits.test) == digits.test_labels).mean(), 0.98, 0.02)
pair = DigitGAN(rng)
train(pair, rng)
samples = {"As in the article, G draws noise": untrained, "Repaired, G draws digits": pair.sample(1000, rng)}
# 1 ± 1: the classifier knows nothing but digits, so it may take noise for one of them
for (name, images), found in zip(samples.items(), ((1, 1), (9.5, 1.5)), strict=True):
    shares = class_shares(classifier, images, 10)
    check(f"17: classes of 10. {name}", (shares >= 0.01).sum(), *found)
grids = {name: images[:36] for name, images in samples.items()}
plots.sample_grids(grids, digits.image_shape, OUT / "samples.png", columns=6)

# %% [markdown]
# One training proves little: in eight others the repaired $G$ drew 9 or 10 classes.
#
# ## Common mistakes
#
# labml, a widely read course, documents $\log(1 - D(G(z)))$ for $G$ and computes $-\log D(G(z))$. We plant the opposite
# fault: a loss that is called non-saturating and saturates. The gradient check passes, since the derivative is right,
# for the wrong function. A claim about the slope at $a = -5$ sees it.


# %%
def planted(a):
    return -np.mean(np.logaddexp(0, a))  # the fault: this is log(1 − D), not −log D


def claim(loss):
    check("(3.2.4) slope at a = −5", sg.grad(loss)(np.array([-5.0])), [-1 / (1 + np.exp(-5))], 1e-9)


check("planted: error of gradients", sg.check_grads(planted, np.array([-5.0])), 0, 1e-8)
claim(gan.generator_loss)
try:
    claim(planted)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Another mistake runs without an error: one optimiser for both networks, and fakes that keep their graph. $D$'s loss
# then moves $G$, too, in the wrong direction.
#
# The article's text needs repairs, too: its $G(z) \sim p_z$ is [a
# misprint](03_gan.py#the-distribution-of-the-generated-examples), its history begins with models that [cannot draw an
# image](0.1_start_here.py#generative-and-not), and its VAE makes [the KL divergence small at a constant
# reconstruction](02_vae.py#minimise-the-kl-subject-to-a-constant-reconstruction), where in fact a VAE makes the ELBO
# large.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `everything-is-real`: find the bug in a $D$ that takes noise for digits.
# 2. `generator-loss-from-logits`: write the non-saturating loss of (3.2.3) without overflow.
# 3. `generator-stands-still`: find the bug in a training step that leaves $G$ as it is.
# 4. Predict, then run: how many of the ten classes does $G$ draw without its two `BatchNorm`? (Losing some is called
#    **mode collapse**.)
#
# Next: [the recurrence by hand](4.1_recurrence_by_hand.py).
#
# Sources:
#
# - I. Goodfellow et al. (2014), Generative adversarial nets. [arXiv:1406.2661](https://arxiv.org/abs/1406.2661): the
#   value is equation 1, the non-saturating loss is in section 3.
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes.
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - S. Ioffe and C. Szegedy (2015), Batch normalization. [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# - The common mistake: `GeneratorLogitsLoss` of
#   [labml](https://github.com/labmlai/annotated_deep_learning_paper_implementations).
# - Fault 12: Keras FAQ, [How can I freeze layers?](https://keras.io/getting_started/faq/)

# %%
print("pictures:", OUT)

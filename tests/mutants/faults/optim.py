"""Faults of optimisers, schedules and the training step."""

from ..fault import Fault

OPTIMIZERS = "scratchgen/optim/test_optimizers.py"
SCHEDULES = "scratchgen/optim/test_schedules.py"
STEP = "scratchgen/optim/test_step.py"
TREE = "claims/test_tree_sum.py"
LANGUAGE = "claims/test_rnn_language.py"

OPTIM = (
    Fault(
        name="no bias correction",
        module="scratchgen_kernels.adam",
        text="root = math.sqrt(1 - beta2**t)",
        wrong="root = 1.0",
        says="The second moment begins at 0 and is taken as it is: the first steps are 30 times too large.",
        claims=(OPTIMIZERS,),
        only="adam and not backend",
    ),
    Fault(
        name="second moment that begins at one",
        module="scratchgen.optim.optimizer",
        text="[np.zeros_like(p.data) for p in self.parameters]",
        wrong='[np.zeros_like(p.data) + (name == "v") for p in self.parameters]',
        says="With the bias correction of one that begins at 0. yburda's Adam.",
        claims=(OPTIMIZERS,),
        only="adam and not backend",
    ),
    Fault(
        name="momentum that is not remembered",
        module="scratchgen.optim.sgd",
        text="v += g",
        wrong="v = g",
        says="The step is the gradient, whatever the momentum.",
        claims=(OPTIMIZERS,),
        only="momentum",
    ),
    Fault(
        name="a step up the gradient",
        module="scratchgen.optim.sgd",
        text="theta -= alpha",
        wrong="theta += alpha",
        says="The loss is maximised.",
        claims=(OPTIMIZERS,),
        only="sgd",
    ),
    Fault(
        name="Nesterov's momentum that does not look ahead",
        module="scratchgen.optim.sgd",
        text="(g + momentum * v)",
        wrong="(momentum * v)",
        says="The gradient of the present step is left out, so that it counts one step late.",
        claims=(OPTIMIZERS,),
        only="nesterov",
    ),
    Fault(
        name="RMSProp without the root",
        module="scratchgen.optim.rmsprop",
        text="(np.sqrt(v) + eps)",
        wrong="(v + eps)",
        says="The step grows where the gradient is small.",
        claims=(OPTIMIZERS,),
        only="rmsprop",
    ),
    Fault(
        name="Adagrad that forgets",
        module="scratchgen.optim.adagrad",
        text="v += g * g",
        wrong="v[...] = g * g",
        says="Only the last gradient counts: every step has the size of the learning rate.",
        claims=(OPTIMIZERS,),
        only="adagrad",
    ),
    Fault(
        name="weight decay that is lost",
        module="scratchgen.optim.adam",
        text="_adam(theta, g, m, v, self.t, alpha, beta1, beta2, eps, weight_decay)",
        wrong="_adam(theta, g + weight_decay * theta, m, v, self.t, alpha, beta1, beta2, eps)",
        says="The decay is part of the gradient, and Adam divides it by the root of its square.",
        claims=(OPTIMIZERS,),
        only="adamw",
    ),
    Fault(
        name="options of a group that are ignored",
        module="scratchgen.optim.optimizer",
        text="{**options, **own}, places",
        wrong="{**own, **options}, places",
        says="Biases decay like weights.",
        claims=(OPTIMIZERS,),
        only="group",
    ),
    Fault(
        name="a warm-up that begins at 0",
        module="scratchgen.optim.schedules",
        text="(t + 1) / steps",
        wrong="t / steps",
        says="The first step changes nothing.",
        claims=(SCHEDULES,),
        only="warm",
    ),
    Fault(
        name="milestones an epoch late",
        module="scratchgen.optim.schedules",
        text="bisect_right(milestones, t)",
        wrong="bisect_right(milestones, t - 1)",
        says="The number of epochs done is taken for the number of the epoch.",
        claims=(SCHEDULES,),
        only="milestone",
    ),
    Fault(
        name="a cosine that ends at −1",
        module="scratchgen.optim.schedules",
        text="0.5 * (1 + math.cos(math.pi * (t / T)))",
        wrong="math.cos(math.pi * (t / T))",
        says="After half of the training the steps go up the gradient.",
        claims=(SCHEDULES,),
        only="cosine",
    ),
    Fault(
        name="gradients that are not cleared",
        module="scratchgen.optim.gradient_of_parts",
        text="        optimizer.zero_grad()\n",
        wrong="",
        says="Each step adds to the gradients of all steps before.",
        claims=(
            STEP,
            "scratchgen/vae/test_training.py::"
            "test_a_step_does_not_depend_on_gradients_that_were_there_before",
            "claims/test_gan_steps.py::test_a_step_does_not_depend_on_the_gradients_of_the_step_before",
        ),
        equations=("optim.sgd",),
    ),
    Fault(
        name="clipping before backward",
        module="scratchgen.optim.step",
        text="total = gradient_of_parts(",
        wrong="clip_grad_norm(optimizer.parameters, max_norm)\n"
        "        max_norm = math.inf\n"
        "        total = gradient_of_parts(",
        says="Between zero_grad and backward there is nothing to clip. locuslab/TCN, music_test.",
        claims=(LANGUAGE,),
        only="clip",
        equations=("rnn.clipping",),
    ),
    Fault(
        name="random numbers that a failed step has used",
        module="scratchgen.optim.step",
        text="        _restore(generator, state)",
        wrong="        pass",
        says="A checkpoint of the moment before the step continues with other noise.",
        claims=(STEP,),
    ),
    Fault(
        name="each parameter clipped for itself",
        module="scratchgen.optim.clipping",
        text="p.grad *= maximum / norm",
        wrong="p.grad *= min(1.0, maximum / grad_norm([p]))",
        says="The joint norm may be larger than the maximum by the root of the number of parameters.",
        claims=("scratchgen/optim/test_averages.py",),
        only="clipping",
    ),
    Fault(
        name="a sum of each rank by itself",
        module="scratchgen.optim.shards",
        text="        if not (first // each <= ranks.rank <= last // each):\n            return None\n",
        wrong="        if ranks.size > 1 and (level, j) == ((n - 1).bit_length(), 0):\n"
        "            own = [leaf(i) for i in range(each * ranks.rank, each * (ranks.rank + 1))]\n"
        "            found = ranks.gather(sum(x for x in own if x is not None))\n"
        "            return sum(found) if ranks.rank == 0 else None\n"
        "        if not (first // each <= ranks.rank <= last // each):\n            return None\n",
        says="What a sum over processes usually does: other weights for another number of ranks.",
        claims=(TREE,),
        only="any_number_of_ranks",
        equations=("optim.tree_sum",),
    ),
    Fault(
        name="parts that all weigh the same",
        module="scratchgen.optim.shards",
        text="float(count) / total",
        wrong="1 / self.n",
        says="A smaller part of a batch counts as much as the others.",
        claims=(TREE,),
        only="parts_of_a_batch or gradient_of_the_parts",
    ),
    Fault(
        name="noise that follows the process",
        module="scratchgen.optim.gradient_of_parts",
        text="stream.state = of_parts[i].state",
        wrong="pass",
        says="Each rank draws from the stream where it happens to be: the noise of an example depends on who computes it.",
        claims=(TREE,),
        only="trainings_on_any_number",
    ),
    Fault(
        name="statistics that go from part to part",
        module="scratchgen.optim.gradient_of_parts",
        text="            buffer.data[...] = b\n        optimizer",
        wrong="            pass\n        optimizer",
        says="The averages of batch normalisation depend on which parts a process had before.",
        claims=(TREE,),
        only="averages_of_batch_normalisation",
    ),
)

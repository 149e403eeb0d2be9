"""`sg.save` and `sg.load`: a model in one file comes back to the bit, and a file that does not fit is refused."""

import json

import numpy as np
import pytest
import safetensors.numpy

import scratchgen as sg
from scratchgen import BadInput, gan, rnn, vae
from scratchgen.data import BytePairTokenizer, ByteTokenizer, CharacterTokenizer
from scratchgen.nn.saving import CLASSES
from scratchgen.random import Generator

TEXT = "the cat sat on the mat, and the dog sat on the cat. " * 20


def byte_pairs():
    pytest.importorskip("tokenizers")
    return BytePairTokenizer.of([TEXT], 270)


rng = lambda: Generator(3)
IMAGES = [8, 8]
MODELS = {
    "VAE": lambda: vae.VAE(6, 2, [5, 4], rng(), likelihood="categorical", levels=3),
    "VAE of a table": lambda: vae.VAE(6, 2, 5, rng(), likelihood=vae.ColumnLikelihood([1, 3, 2])),
    "ColumnLikelihood": lambda: vae.ColumnLikelihood([1, 3, 2]),
    "ColumnLikelihood of kinds": lambda: vae.ColumnLikelihood(
        [1, 1, 1, 2], ["count", "student-t", "positive", "categorical"], [0.5, 1, 2, 0], [1, 2, 3, 1]
    ),
    "ConvVAE": lambda: vae.ConvVAE(IMAGES, 2, 4, [2, 3], rng()),
    "ConditionalVAE": lambda: vae.ConditionalVAE(6, 2, 4, 3, rng()),
    "LinearVAE": lambda: vae.LinearVAE(6, 2, rng()),
    "VQVAE": lambda: vae.VQVAE(IMAGES, 5, 4, [2, 3], 6, rng()),
    "GAN": lambda: gan.GAN(6, 2, rng(), pack=2, norm="layer", bounded=False, scale=2.0),
    "ConvGAN": lambda: gan.ConvGAN(IMAGES, 2, [2, 3], rng(), norm="spectral"),
    "ConditionalGAN": lambda: gan.ConditionalGAN(6, 2, 3, rng(), norm="batch"),
    "ConditionalGAN with a projection": lambda: gan.ConditionalGAN(6, 2, [2, 3], rng(), projection=True),
    "LanguageModel": lambda: rnn.LanguageModel(
        CharacterTokenizer.of(TEXT), 4, 3, rng(), cell="lstm", layers=2
    ),
    "LanguageModel of bytes": lambda: rnn.LanguageModel(ByteTokenizer(), 4, 4, rng(), tie_embeddings=True),
    "LanguageModel of byte pairs": lambda: rnn.LanguageModel(byte_pairs(), 4, 3, rng(), cell="gru"),
    "Translator": lambda: rnn.Translator(
        CharacterTokenizer("ab"), ByteTokenizer(), 4, 3, rng(), attention="additive"
    ),
    "FrameModel": lambda: rnn.FrameModel(5, 4, rng(), nade=3),
    "FrameModel of mixtures": lambda: rnn.FrameModel(5, 4, rng(), mixture_components=2),
    "AcousticModel": lambda: rnn.AcousticModel(5, 3, 4, 2, rng(), layers=2),
    "SequenceRegression": lambda: rnn.SequenceRegression(2, 4, 1, rng()),
}


def test_every_model_of_the_library_is_among_the_cases():
    models = {name for name, cls in CLASSES.items() if issubclass(cls, sg.nn.Module)}
    library = {name for name in models if CLASSES[name].__module__.startswith("scratchgen.")}
    assert library == {name.split(" ")[0] for name in MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_to_the_bit(name, tmp_path):
    model, path = MODELS[name](), tmp_path / "model.safetensors"
    for parameter in model.parameters():
        parameter.data += 0.125  # not what the constructor makes
    sg.save(model, path)
    again = sg.load(path)
    assert type(again) is type(model) and not again.training and repr(again) == repr(model)
    found, expected = again.state_dict(), model.state_dict()
    assert found.keys() == expected.keys()
    for key, array in expected.items():
        assert found[key].dtype == array.dtype
        np.testing.assert_array_equal(found[key], array)
    sg.save(again, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_loading_draws_nothing_from_the_default_stream(tmp_path):
    sg.save(vae.VAE(4, 2, 3, rng()), tmp_path / "m.safetensors")
    sg.random.seed(5)
    sg.load(tmp_path / "m.safetensors")
    after = sg.nn.Linear(3, 2).W.data
    sg.random.seed(5)
    np.testing.assert_array_equal(after, sg.nn.Linear(3, 2).W.data)


@pytest.mark.parametrize(
    "tokenizer",
    [lambda: CharacterTokenizer.of("abc é日"), ByteTokenizer, byte_pairs],
    ids=["characters", "bytes", "bpe"],
)
def test_a_tokenizer_comes_back_with_its_model(tokenizer, tmp_path):
    tokenizer = tokenizer()
    sg.save(rnn.LanguageModel(tokenizer, 4, 3, rng()), tmp_path / "m.safetensors")
    again = sg.load(tmp_path / "m.safetensors").tokenizer
    text = "abc é" if isinstance(tokenizer, CharacterTokenizer) else "the cat Ω🙂"
    np.testing.assert_array_equal(again.encode(text), tokenizer.encode(text))
    assert again.decode(again.encode(text)) == text and again.vocabulary_size == tokenizer.vocabulary_size


# --- partial loading --------------------------------------------------------------------------------------


def test_weights_that_fit_by_name_are_loaded_and_the_others_are_reported(tmp_path):
    saved = vae.VAE(6, 2, 5, Generator(1))
    sg.save(saved, tmp_path / "m.safetensors")
    model = vae.VAE(6, 3, 5, Generator(2))  # one more latent dimension
    before = model.state_dict()
    report = sg.load(tmp_path / "m.safetensors", into=model, strict=False)
    fits = {name for name, array in saved.state_dict().items() if array.shape == before[name].shape}
    assert set(report.loaded) == fits and fits
    assert {name.split(":")[0].split(" ")[0] for name in report.mismatched} == before.keys() - fits
    assert not report.missing and not report.unexpected
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, (saved.state_dict() if name in fits else before)[name])


def test_names_of_one_side_alone_are_reported(tmp_path):
    sg.save(vae.LinearVAE(6, 2, rng()), tmp_path / "m.safetensors")
    report = sg.load(tmp_path / "m.safetensors", into=sg.nn.Linear(2, 6), strict=False)
    assert set(report.missing) == {"W", "b"} and report.unexpected and not report.loaded


def test_weights_go_into_a_model_that_is_given(tmp_path):
    saved, model = vae.VAE(6, 2, 5, Generator(1)), vae.VAE(6, 2, 5, Generator(2))
    sg.save(saved, tmp_path / "m.safetensors")
    assert sg.load(tmp_path / "m.safetensors", into=model) is model
    np.testing.assert_array_equal(model.to_mu.W.data, saved.to_mu.W.data)


@pytest.mark.parametrize("change", [vae.VAE(6, 3, 5), sg.nn.Linear(2, 3)], ids=["shapes", "names"])
def test_weights_that_do_not_fit_are_refused_and_the_model_stays(change, tmp_path):
    sg.save(vae.VAE(6, 2, 5, rng()), tmp_path / "m.safetensors")
    before = change.state_dict()
    with pytest.raises(BadInput, match="does not fit the model"):
        sg.load(tmp_path / "m.safetensors", into=change)
    for name, array in change.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_partial_loading_needs_a_model_to_load_into(tmp_path):
    sg.save(vae.VAE(6, 2, 5, rng()), tmp_path / "m.safetensors")
    with pytest.raises(BadInput, match=r"strict=False.* into=model"):
        sg.load(tmp_path / "m.safetensors", strict=False)


# --- classes of a user's own ----------------------------------------------------------------------------


@sg.nn.saveable
class Autoencoder(sg.nn.Module):
    def __init__(self, data_dim, widths=(4,), inner=None, rng=None, **more):
        self.encoder = sg.nn.Linear(data_dim, widths[0], rng)
        self.more, self.inner = more, inner


class Plain(sg.nn.Module):
    def __init__(self):
        self.W = sg.nn.Parameter(np.ones(2, np.float32))


class Derived(Autoencoder):
    pass


def test_a_decorated_class_is_saved_with_its_arguments(tmp_path):
    model = Autoencoder(np.int64(6), (5,), inner=vae.LinearVAE(4, 2, rng()), rng=rng(), scale=2.0)
    sg.save(model, tmp_path / "m.safetensors")
    again = sg.load(tmp_path / "m.safetensors")
    assert type(again) is Autoencoder and again.more == {"scale": 2.0}
    assert type(again.inner) is vae.LinearVAE
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)


@pytest.mark.parametrize("model", [Plain(), Derived(6), sg.nn.Linear(2, 3)], ids=lambda m: type(m).__name__)
def test_a_class_without_the_decorator_is_refused_with_the_way_out(model, tmp_path):
    with pytest.raises(
        BadInput, match=r"@sg\.nn\.saveable, or save the weights alone with model\.state_dict\(\)"
    ):
        sg.save(model, tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("argument", [np.zeros(3), print, {"a": 1}, Plain()], ids=lambda a: type(a).__name__)
def test_an_argument_that_no_file_can_hold_is_refused_by_name(argument, tmp_path):
    with pytest.raises(BadInput, match=r"the argument inner of Autoencoder|objects of the class Plain"):
        sg.save(Autoencoder(6, inner=argument), tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


# --- files ------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    sg.save(vae.VAE(6, 2, 5, rng()), tmp_path / "m.safetensors")
    return tmp_path / "m.safetensors"


@pytest.mark.parametrize("damage", ["truncated", "flipped", "described otherwise", "empty", "foreign"])
def test_a_damaged_file_is_refused_by_name(damage, file):
    content = file.read_bytes()
    if damage == "foreign":
        safetensors.numpy.save_file({"W": np.zeros(3, np.float32)}, file)
    else:
        changed = {
            "truncated": content[: len(content) // 2],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "described otherwise": content.replace(b'\\"latent_dim\\": 2', b'\\"latent_dim\\": 3'),
            "empty": b"",
        }[damage]
        assert changed != content
        file.write_bytes(changed)
    with pytest.raises(BadInput, match=r"m\.safetensors is (damaged|empty, truncated)") as refusal:
        sg.load(file)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused_without_advice_on_runs(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.safetensors is missing") as refusal:
        sg.load(tmp_path / "gone.safetensors")
    assert "--resume" not in str(refusal.value)


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "a-file").write_text("")
    for path in (tmp_path, tmp_path / "a-file" / "m.safetensors"):
        with pytest.raises(BadInput):
            sg.save(vae.VAE(6, 2, 5, rng()), path)


def test_a_run_directory_gives_its_model(tmp_path):
    model = vae.VAE(6, 2, 5, rng())
    sg.runs.Run(tmp_path / "run", {"hidden": 5}, quiet=True).save(model)
    again = sg.load(tmp_path / "run")
    assert type(again) is vae.VAE and not again.training
    np.testing.assert_array_equal(again.to_mu.W.data, model.to_mu.W.data)


def test_a_run_of_a_class_that_no_file_can_hold_gives_its_weights(tmp_path):
    model = Plain()
    model.W.data[:] = 7
    sg.runs.Run(tmp_path / "run", {}, quiet=True).save(model)
    with pytest.raises(
        BadInput, match=r"does not say how to build its model; give one as load\(path, into=model\)"
    ):
        sg.load(tmp_path / "run")
    assert sg.load(tmp_path / "run", into=Plain()).W.data.tolist() == [7, 7]


def test_an_unfinished_run_and_a_folder_that_is_no_run_are_refused(tmp_path):
    sg.runs.Run(tmp_path / "run", {}, quiet=True)
    (tmp_path / "folder").mkdir()
    for name in ("run", "folder"):
        with pytest.raises(BadInput, match=r"model\.safetensors is missing"):
            sg.load(tmp_path / name)


def test_the_description_in_a_file_is_json_and_names_registered_classes_alone(file):
    length = int.from_bytes(file.read_bytes()[:8], "little")
    header = json.loads(file.read_bytes()[8 : 8 + length])
    facts = json.loads(header["__metadata__"]["scratchgen"])
    assert facts["model"] == {"class": "VAE", "arguments": {"data_dim": 6, "latent_dim": 2, "hidden": 5}}

"""Cards are made of the metadata alone, and say what it says."""

import copy
import pathlib

import jinja2
import pytest
from mixgan_tf.zoo import cards
from mixgan_tf.zoo.cards import CARD
from mixgan_tf.zoo.cards import card

import mixgan_tf as mg
from mixgan_tf.saving import preset_folders

FOLDER = pathlib.Path(cards.__file__).with_name("templates")
TEMPLATES = sorted(
    {path.name for path in FOLDER.iterdir()} - {"lines.md.jinja"}
)
PROTOCOL = {
    "data": {"name": "mnist", "version": "3.0.1", "split": "test", "num": 99},
    "training_split": "train",
    "samples": {"num": 500, "seeds": [0, 1]},
    "pixels": "rounded to 8 bits",
    "extractor": {"name": "mnist", "sha256": "0123456789ab", "resizer": None},
    "versions": {"mixgan_tf": "0.1.0", "tensorflow": "2.21.0"},
    "commit": "c0ffee",
    "command": "mixgan evaluate --model=x --num=500",
}
SCORES = {
    "mixture": {
        "frechet@mnist": {"mean": 0.206, "sd": 0.013},
        "precision@mnist": {"mean": 0.75, "sd": 0.01},
        "recall@mnist": {"mean": 0.6, "sd": None},
    },
    "components": [
        {
            "frechet@mnist": {"mean": mean, "sd": 0.02},
            "precision@mnist": {"mean": 0.7, "sd": 0.01},
            "recall@mnist": {"mean": 0.5, "sd": 0.01},
        }
        for mean in (0.8, 0.9)
    ],
    "diagnostics": {
        "effective_components": 1.99,
        "memorization": {"nearer": 0.42, "very_near": 0.0075},
        "birthday": {
            "duplicate_rate": 0.1,
            "num_batches": 10,
            "batch_size": 50,
            "false_alarm": 0.05,
            "support_interval": [54012.0, None],
        },
        "components": {
            "distances": [[0.0, 0.25], [0.25, 0.0]],
            "noise": [-0.011, 0.01],
            "num": 500,
        },
        "game": {"exploitability": 0.0321, "margin": 0.0094, "value": -1.28},
    },
    "protocol": PROTOCOL,
}
METADATA = {
    "format": 1,
    "mixgan_tf": "0.1.0",
    "keras": "3.15.1",
    "tensorflow": "2.21.0",
    "date": "2026-01-01",
    "num_generators": 2,
    "num_discriminators": 2,
    "num_classes": 10,
    "latent_dim": 64,
    "sample_shape": [28, 28, 1],
    "generator_parameters": 2468,
    "generator_weights": [0.4, 0.6],
    "train_steps": 3000,
    "dataset": {"name": "mnist", "split": "train[:55000]"},
    "recipe": {
        "generator": {"class_name": "DCGANGenerator", "width": 48},
        "discriminator": {"class_name": "DCGANDiscriminator", "width": 32},
        "objective": "hinge",
        "payoff": "stratified",
        "regularizers": {"r1": {}},
        "discriminator_steps": 2,
        "mixture_optimizer": "adam",
        "entropy_weight": 0.1,
        "batch_size": 64,
    },
    "command": "mixgan train --recipe=mix_dcgan_mnist",
    "commit": "deadbeef",
    "selection": {
        "name": "frechet@mnist",
        "step": 3000,
        "score": 0.25,
        "all": [{"step": 1000, "score": 1.0}, {"step": 3000, "score": 0.25}],
        "protocol": {
            "real": {"num": 5000, "name": "mnist", "split": "train[55000:]"}
        },
    },
    "scores": SCORES,
}


def changed(**entries):
    metadata = copy.deepcopy(METADATA)
    metadata.update(entries)
    return {k: v for k, v in metadata.items() if v is not None}


def test_it_says_what_is_known():
    text = card("my_preset", METADATA)
    assert text.startswith("# my_preset\n")
    for known in (
        "![Samples, a block of rows for each generator](samples.png)",
        "A mixture of 2 generators of 28x28x1 images like those of `mnist`; "
        "their class, one of 10, can be chosen.",
        "`mnist`, split `train[:55000]`",
        "2 x `DCGANGenerator` (width 48), 1,234 parameters each",
        "2 x `DCGANDiscriminator` (width 32)",
        "0.40, 0.60: worth 1.96 equal ones",
        "objective `hinge`, payoff `stratified`, `r1`, 2 discriminator steps",
        "192,000 (3,000 steps of 64)",
        "mixgan train --recipe=mix_dcgan_mnist",
        "commit `deadbeef`",
        "5,000 images of the split `train[55000:]`, which was not trained on",
        "| `frechet@mnist` ↓ | 0.206 ± 0.013 | 0.800 ± 0.020 | 0.900 ± 0.020 |",
        "| `recall@mnist` ↑ | 0.6 | 0.500 ± 0.010 | 0.500 ± 0.010 |",
        "standard deviation over 2 seeds",
        "mnist test (99), 500 samples x 2 seeds, extractor mnist 01234567",
        "mixgan evaluate --model=x --num=500",
        "nearer to the training images than new images are in 0.420",
        "at least 54,012 (95 %)",
        "energy distances between them are 0.25 to 0.25; chance makes 0.011",
        "exploitability 0.0321 (off by at most 0.0188, 95 %)",
        'mg.MixGAN.from_preset("my_preset")',
        "mixgan export --model=my_preset --format=tflite",
        "About 25% of its samples look like no real image, and 40% of the",
        "None is an Inception Score, an FID or a KID",
    ):
        assert known in text, known
    assert "flatter" not in text
    assert card("my_preset", METADATA) == text


def test_it_is_honest_about_what_is_missing():
    text = card("p", changed(scores=None, selection=None, recipe=None))
    assert "None are recorded yet." in text
    assert "has not been measured yet" in text
    assert "The weights are the last ones, after 3,000 steps" in text
    assert "## Checks" not in text
    same = copy.deepcopy(METADATA["selection"])
    same["protocol"]["real"]["split"] = "test"
    assert "the scores flatter" in card("p", changed(selection=same))


def test_points_and_single_generators():
    text = card(
        "ring",
        changed(
            dataset={"name": "ring", "split": "train"},
            sample_shape=[2],
            num_classes=None,
            num_generators=1,
            generator_weights=[1.0],
            selection=None,
            scores={
                "mixture": {
                    "modes": {"mean": 8.0, "sd": 0.0},
                    "high_quality": {"mean": 0.75, "sd": 0.01},
                },
                "components": [],
                "diagnostics": {},
                "protocol": {
                    **PROTOCOL,
                    "data": {"name": "ring"},
                    "extractor": None,
                    "pixels": None,
                },
            },
        ),
    )
    assert "One generator of points of the plane like those of `ring`." in text
    assert "split" not in text.partition("## Training")[0]
    assert "| `modes` ↑ | 8 ± 0 |" in text
    assert "25% of its points lie near no mode" in text
    assert "component=0" not in text
    assert "classifier" not in text
    assert "mixture weights" not in text


def test_weights_of_each_class():
    text = card("p", changed(generator_weights=[[0.4] * 10, [0.6] * 10]))
    assert "each class has its own" in text


def test_names_are_written_as_they_are():
    hostile = "<script>\"a\" & 'b'</script>"
    dataset = {"name": hostile, "split": "train"}
    text = card("p", changed(dataset=dataset, command=hostile))
    assert f"those of `{hostile}`; their class" in text
    assert f"```sh\n{hostile}\n```" in text
    assert "&lt;" not in text


def test_a_wrapped_template_makes_one_line():
    lines = card("p", METADATA).splitlines()
    assert not any("  " in line.replace("  # ", " # ") for line in lines)
    assert max(map(len, lines)) > 200
    assert sum(line.startswith("- ") for line in lines) == 9


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_missing_variable_is_an_error(template):
    with pytest.raises(jinja2.UndefinedError):
        cards.render(template)


@pytest.mark.parametrize("preset", mg.zoo.list_presets())
def test_every_preset_has_the_card_its_metadata_makes(preset):
    metadata = preset_folders.read_metadata(preset)
    made = card(preset, metadata)
    assert made.startswith(f"# {preset}\n")
    assert "scores" in metadata, "record some: mixgan evaluate --record"
    assert CARD in metadata["sha256"]
    written = (preset_folders.find(preset) / CARD).read_text(encoding="utf-8")
    assert written == made

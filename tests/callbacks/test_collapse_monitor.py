import warnings

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.callbacks.collapse_monitor import within_class_std
from tests.models import set_logits
from tests.models import tiny_gan


def monitor(gan, **kwargs):
    callback = mg.callbacks.CollapseMonitor(every=1, **kwargs)
    callback.set_model(gan)
    return callback


def warned(callback, step=1):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        callback.on_step(step, {})
    return [str(w.message) for w in found if w.category is RuntimeWarning]


def silence(generator):
    """Makes a generator that says the same whatever it is given."""
    for variable in generator.trainable_variables[:-1]:
        variable.assign(0 * variable)
    last = generator.trainable_variables[-1]
    last.assign(np.ones(last.shape))


def test_a_healthy_mixture_is_no_event(gan):
    assert warned(monitor(gan)) == []


def test_a_weight_is_warned_of_once_for_each_event(gan):
    callback = monitor(gan)
    set_logits(gan, [0.0, 0.0, -5.0], [-6.0, 0.0, 0.0])
    found = warned(callback, step=7)
    assert len(found) == 2
    assert found[0].startswith("Step 7: discriminator 0 has the weight 0.0012")
    assert found[1].startswith("Step 7: generator 2 has the weight 0.0034")
    assert warned(callback) == []
    set_logits(gan, [0.0, 0.0, 0.0])
    assert warned(callback) == []
    assert callback.collapsed == {("weight of discriminator", 0)}
    set_logits(gan, [0.0, 0.0, -5.0])
    assert len(warned(callback)) == 1


def test_the_threshold_is_a_share_of_an_even_weight(gan):
    set_logits(gan, np.log([0.02, 0.49, 0.49]))  # 0.06 of a third
    assert warned(monitor(gan)) == []
    assert len(warned(monitor(gan, min_weight=0.07))) == 1


@pytest.mark.parametrize("num_classes", [None, 3])
def test_samples_all_alike_are_warned_of(num_classes):
    gan = tiny_gan(num_classes=num_classes)
    gan.compile()
    callback = monitor(gan)
    assert warned(callback) == []
    silence(gan.generator_mixture.components[1])
    found = warned(callback)
    assert len(found) == 1
    assert "generator 1 makes samples that are all alike" in found[0]
    assert warned(callback) == []


def test_samples_alike_within_every_class_are_warned_of():
    gan = tiny_gan(1, 1, num_classes=3)
    gan.compile()
    first = gan.generator_mixture.components[0].trainable_variables[0]
    kernel = np.array(first)
    kernel[:3] = 0  # of the latents; the classes' rows come after
    first.assign(kernel)
    samples = gan.sample(6, seed=0, labels=[0, 1, 2] * 2)
    assert np.ptp(samples, axis=0).min() > 0.01
    assert "generator 0 makes samples" in warned(monitor(gan))[0]


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_alike_is_a_share_of_the_size_of_samples(size):
    gan = tiny_gan(1, 1)
    gan.compile()
    *_, kernel, bias = gan.generator_mixture.components[0].trainable_variables
    bias.assign(size * np.ones(bias.shape))
    kernel.assign(size * kernel)
    assert warned(monitor(gan)) == []
    kernel.assign(1e-3 * kernel)
    assert len(warned(monitor(gan))) == 1


def test_the_same_latents_are_looked_at_each_time(gan):
    first, again, other = (
        warned(monitor(gan, min_spread=100.0, seed=seed)) for seed in (3, 3, 4)
    )
    assert len(first) == 3
    assert first == again != other


def test_weights_that_depend_on_the_class_are_averaged():
    gan = tiny_gan(num_classes=2, class_dependent_weights=True)
    gan.compile()
    set_logits(gan, np.log([[0.01, 0.5], [0.01, 0.49], [0.98, 0.01]]))
    assert warned(monitor(gan)) == []
    set_logits(gan, np.log([[0.01, 0.01], [0.01, 0.49], [0.98, 0.5]]))
    assert len(warned(monitor(gan))) == 1


def test_it_acts_while_a_model_trains(gan):
    set_logits(gan, [0.0, 0.0, -9.0])
    with pytest.warns(RuntimeWarning, match="Step 1: generator 2"):
        gan.fit(
            np.zeros((8, 2), "float32"),
            batch_size=4,
            verbose=0,
            callbacks=[mg.callbacks.CollapseMonitor(every=1)],
        )


def test_spread_is_about_the_mean_of_the_class():
    random = np.random.default_rng(0)
    labels = np.arange(900) % 3
    samples = 100.0 * labels[:, None] + random.normal(0, 0.5, (900, 4))
    assert within_class_std(samples, labels) == pytest.approx(0.5, rel=0.03)
    assert within_class_std(samples) > 80
    assert within_class_std([[1.0], [3.0]]) == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize(
    ("argument", "value"),
    [("every", 0), ("min_weight", -1), ("min_spread", "a"), ("num_samples", 8)],
)
def test_bad_arguments_are_refused(argument, value):
    with pytest.raises(ValueError, match=f"`{argument}`.*Received"):
        mg.callbacks.CollapseMonitor(**{argument: value})

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.training import steps
from mixgan_tf.training.discriminator_outputs import judge
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import row_draws
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of

PLAYERS = ("generator", "discriminator")

# The two choices do not meet in the code: each estimator, each objective.
each_estimator_and_objective = pytest.mark.parametrize(
    ("estimator", "objective"),
    [(name, "non_saturating") for name in sorted(mg.payoff.ESTIMATORS)]
    + [("stratified", "minimax")],
)


def components(gan, player):
    return getattr(gan, f"{player}_mixture").components


@each_estimator_and_objective
def test_one_step_trains_every_network_apart(objective, estimator):
    gan = tiny_gan(num_generators=3, num_discriminators=2)
    gan.compile(
        objective=objective,
        payoff=(
            mg.payoff.Subsampled(2) if estimator == "subsampled" else estimator
        ),
    )
    # Begin with equal networks: what parts them is what each is shown.
    for player in PLAYERS:
        first, *rest = components(gan, player)
        for other in rest:
            other.set_weights(first.get_weights())
    start = {p: weights_of(components(gan, p)[0]) for p in PLAYERS}
    gan.fit(points(), batch_size=12, epochs=1, verbose=0)
    for player in PLAYERS:
        trained = [weights_of(c) for c in components(gan, player)]
        assert all(differ(start[player], t) for t in trained)
    generators = [weights_of(c) for c in components(gan, "generator")]
    assert differ(generators[0], generators[1])
    assert differ(generators[1], generators[2])


@each_estimator_and_objective
def test_a_mixture_of_one_takes_the_ordinary_gan_step(objective, estimator):
    gan = tiny_gan(num_generators=1, num_discriminators=1, seed=11)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        objective=objective,
        payoff=estimator,
    )
    x = tf.constant(points(16))
    generator = keras.models.clone_model(components(gan, "generator")[0])
    generator.set_weights(components(gan, "generator")[0].get_weights())
    discriminator = keras.models.clone_model(
        components(gan, "discriminator")[0]
    )
    discriminator.set_weights(components(gan, "discriminator")[0].get_weights())
    # The same latents, from the estimator; everything else by hand.
    fold = tf.random.experimental.stateless_fold_in
    step_key = fold([11, 0], 0)

    def latents(purpose):
        key = fold(fold(step_key, purpose), 0)
        return gan.payoff.fake_inputs(key, Rows(16, 16, 0), None, 1, 3)[
            0
        ].latents

    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    d_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)
    g_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)
    ones, zeros = tf.ones([16, 1]), tf.zeros([16, 1])
    with tf.GradientTape() as tape:
        fake = discriminator(generator(latents(2)))
        d_loss = bce(ones, discriminator(x)) + bce(zeros, fake)
    variables = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(d_loss, variables), variables)
    with tf.GradientTape() as tape:
        fake = discriminator(generator(latents(0)))
        g_loss = bce(ones, fake)
        if objective == "minimax":
            g_loss = -bce(zeros, fake)
    variables = generator.trainable_variables
    g_optimizer.apply(tape.gradient(g_loss, variables), variables)

    logs = gan.train_on_batch(x, return_dict=True)
    np.testing.assert_allclose(logs["discriminator_loss"], d_loss, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], g_loss, rtol=1e-5)
    for ours, ordinary in (
        (components(gan, "generator")[0], generator),
        (components(gan, "discriminator")[0], discriminator),
    ):
        for a, b in zip(ours.weights, ordinary.weights, strict=True):
            np.testing.assert_allclose(a, b, atol=2e-6)


def test_each_player_moves_only_its_own_logits():
    gan = tiny_gan()
    gan.compile()
    x, rows = tf.constant(points()), Rows(24, 24, 0)
    key = tf.constant([0, 0])

    def logits():
        return [
            np.array(getattr(gan, f"{p}_mixture").mixture_logits)
            for p in PLAYERS
        ]

    before = logits()
    steps.apply(
        gan,
        discriminator_update(gan, key, rows, x, None),
        "discriminator",
    )
    after = logits()
    np.testing.assert_array_equal(before[0], after[0])
    assert differ(before[1:], after[1:])
    steps.apply(gan, generator_update(gan, key, rows, x, None), "generator")
    last = logits()
    assert differ(after[:1], last[:1])
    np.testing.assert_array_equal(after[1], last[1])


@pytest.mark.parametrize("rule", ["adam", "exponentiated_gradient"])
def test_entropy_regulariser_draws_both_players_to_uniform(rule):
    # Equal components: nothing but the regulariser tells the weights apart.
    gan = tiny_gan()
    gan.compile(
        mixture_optimizer=rule,
        entropy_weight=1.0,
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        payoff=mg.payoff.Shared(common_latents=True),
    )
    for player in PLAYERS:
        first, *rest = components(gan, player)
        for other in rest:
            other.set_weights(first.get_weights())
    set_logits(gan, [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0])
    gaps = {p: np.ptp(getattr(gan, f"{p}_weights")) for p in PLAYERS}
    gan.fit(points(240), batch_size=24, epochs=5, verbose=0)
    for player in PLAYERS:
        assert np.ptp(getattr(gan, f"{player}_weights")) < gaps[player]


def test_weights_move_to_the_better_component_of_each_player():
    gan = tiny_gan(num_generators=2, num_discriminators=2)
    gan.compile(
        entropy_weight=0.0,
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )
    x = points(240)
    matrix = gan.payoff_matrix(x)
    gan.fit(x, batch_size=24, epochs=5, verbose=0)
    q = np.array([0.5, 0.5])
    assert np.argmax(gan.generator_weights) == np.argmin(matrix @ q)
    assert np.argmax(gan.discriminator_weights) == np.argmax(q @ matrix)


def test_metrics_are_what_fit_shows():
    gan = tiny_gan()
    gan.compile()
    history = gan.fit(points(), batch_size=12, epochs=2, verbose=0).history
    assert set(history) == {
        "generator_loss",
        "discriminator_loss",
        "payoff",
        "generator_entropy",
        "discriminator_entropy",
    }
    np.testing.assert_allclose(history["generator_entropy"], np.log(3), 1e-3)
    regulariser = 0.1 * np.log(3)
    np.testing.assert_allclose(
        history["discriminator_loss"],
        regulariser - np.array(history["payoff"]),
        rtol=1e-3,
    )
    assert int(gan.train_steps.numpy()) == 4


def test_evaluate_changes_nothing_and_agrees_with_the_payoff_matrix():
    gan = tiny_gan()
    gan.compile()
    set_logits(gan, [0.3, 0.0, -0.5], [0.1, -0.2, 0.4])
    x = points(4000)
    before = weights_of(gan)
    logs = gan.evaluate(x, batch_size=4000, verbose=0, return_dict=True)
    assert not differ(before, weights_of(gan))
    matrix = gan.payoff_matrix(x)
    expected = gan.generator_weights @ matrix @ gan.discriminator_weights
    np.testing.assert_allclose(logs["payoff"], expected, atol=0.05)


def test_payoff_matrix_of_undecided_discriminators():
    gan = tiny_gan(num_generators=3, num_discriminators=2)
    gan.compile()
    for discriminator in components(gan, "discriminator"):
        discriminator.set_weights(
            [np.zeros_like(w) for w in discriminator.get_weights()]
        )
    matrix = gan.payoff_matrix(points())
    assert matrix.shape == (3, 2)
    np.testing.assert_allclose(matrix, -2 * np.log(2), rtol=1e-6)


@pytest.mark.parametrize("estimator", sorted(mg.payoff.ESTIMATORS))
def test_conditional_images_train(estimator):
    gan = tiny_image_gan(num=2, num_classes=3, dropout=0.2)
    gan.compile(payoff=estimator, discriminator_steps=2)
    before = weights_of(gan)
    history = gan.fit(images(), labels(12), batch_size=6, verbose=0).history
    assert differ(before, weights_of(gan))
    assert np.isfinite(list(history.values())).all()
    made = gan.discriminator_optimizer.iterations
    assert int(made.numpy()) == 2 * int(gan.train_steps.numpy())


def test_batch_normalisation_never_mixes_real_with_fake():
    gan = tiny_image_gan(normalization="batch", side=16)
    gan.compile()
    real = tf.constant(images(6, side=16))
    other = tf.constant(images(6, side=16, seed=1))
    numbers = row_draws(real, other)
    beside = judge(gan, 0, [real, other], [None, None], numbers)
    alone = judge(gan, 0, [real], [None], numbers[:1])
    np.testing.assert_allclose(beside[0].logits, alone[0].logits, atol=1e-5)


def test_a_list_of_networks_is_used_as_it_is():
    generators = [
        mg.networks.MLPGenerator(2, latent_dim=3, width=w) for w in (4, 6)
    ]
    gan = mg.MixGAN(generators, mg.networks.MLPDiscriminator(2))
    assert components(gan, "generator")[1] is generators[1]
    assert (gan.num_generators, gan.num_discriminators) == (2, 2)


def test_steps_per_execution_takes_the_same_steps():
    results = []
    for count in (1, 3):
        keras.utils.set_random_seed(3)
        gan = tiny_gan()
        gan.compile(steps_per_execution=count)
        gan.fit(points(60), batch_size=10, shuffle=False, verbose=0)
        results.append(weights_of(gan))
    assert not differ(*results)


def test_a_sampled_step_moves_the_sampled_discriminator_alone():
    gan = tiny_gan(num_discriminators=3)
    gan.compile(
        payoff="subsampled",
        discriminator_optimizer=keras.optimizers.SGD(0.1),
    )
    moved = np.zeros(3, int)
    for _ in range(12):
        networks = components(gan, "discriminator")
        before = [weights_of(d) for d in networks]
        gan.train_on_batch(points(12))
        changed = [
            differ(b, weights_of(d))
            for b, d in zip(before, networks, strict=True)
        ]
        assert sum(changed) == 1
        moved += changed
    assert (moved > 0).all()


def test_an_epoch_that_the_execution_does_not_divide_counts_true_steps():
    counts = []
    for count in (1, 3):
        keras.utils.set_random_seed(3)
        gan = tiny_gan()
        gan.compile(steps_per_execution=count)
        dataset = tf.data.Dataset.from_tensor_slices(points(35)).batch(5)
        dataset = dataset.filter(lambda x: True)  # of unknown cardinality
        gan.fit(dataset, epochs=2, verbose=0)
        counts.append(
            (
                int(gan.train_steps.numpy()),
                int(gan.generator_optimizer.iterations.numpy()),
                weights_of(gan),
            )
        )
    assert counts[0][:2] == counts[1][:2] == (14, 14)
    assert not differ(counts[0][2], counts[1][2])


def test_evaluate_draws_fresh_latents_for_every_batch():
    gan = tiny_gan()
    gan.compile()
    x = points(6)
    one = gan.evaluate(x, batch_size=6, verbose=0, return_dict=True)
    many = gan.evaluate(
        np.tile(x, (20, 1)), batch_size=6, verbose=0, return_dict=True
    )
    assert one["generator_loss"] != many["generator_loss"]
    again = gan.evaluate(x, batch_size=6, verbose=0, return_dict=True)
    assert one == again


def test_a_batch_too_short_for_the_mixture_leaves_the_weights_alone():
    gan = tiny_gan()
    gan.compile()
    gan.fit(points(8), batch_size=8, verbose=0)
    before = weights_of(gan)
    short = tf.data.Dataset.from_generator(
        lambda: iter([points(2)]),
        output_signature=tf.TensorSpec([None, 2], tf.float32),
    )
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="at least one row"
    ):
        gan.fit(short, verbose=0)
    assert not differ(before, weights_of(gan))


def test_short_last_batch_is_trained_on():
    gan = tiny_gan()
    gan.compile()
    gan.fit(points(20), batch_size=8, verbose=0)
    assert int(gan.train_steps.numpy()) == 3


# --- Bad input --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(objective="wgan9"), "objective.*'non_saturating'.*wgan9"),
        (dict(payoff="none"), "payoff.*'stratified'.*Received"),
        (dict(mixture_optimizer="sgdd"), "mixture_optimizer.*Received"),
        (dict(generator_optimizer="sgdd"), "generator_optimizer.*Received"),
        (dict(entropy_weight=-1), "entropy_weight.*Received.*-1"),
        (dict(entropy_weight=float("nan")), "entropy_weight.*Received"),
        (dict(discriminator_steps=0), "discriminator_steps.*Received.*0"),
        (dict(regularizers=["l2"]), "regularizers.*'r1'.*Received.*l2"),
        (dict(optimizer="adamax"), "optimizer.*'acgd'.*Received.*adamax"),
        (dict(ema=2), "ema.*Received.*2"),
        (dict(class_loss_weight=-1.0), "class_loss_weight.*Received"),
    ],
)
def test_bad_compile_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan().compile(**arguments)


def test_one_optimizer_for_both_players_is_refused():
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="two optimizers"):
        tiny_gan().compile(
            generator_optimizer=adam, discriminator_optimizer=adam
        )


def generator(**kwargs):
    return mg.networks.MLPGenerator(**{"output_dim": 2, **kwargs})


def discriminator(**kwargs):
    return mg.networks.MLPDiscriminator(**{"input_dim": 2, **kwargs})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: (generator(), discriminator(input_dim=3)), "discriminator"),
        (lambda: (generator(num_classes=3), discriminator()), "num_classes"),
        (lambda: ([generator(), generator(latent_dim=5)],), "one size"),
        (lambda: ([generator()] * 2,), "network of its own"),
    ],
)
def test_networks_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        mg.MixGAN(*make())


@pytest.mark.parametrize("count", [0, -1, 2.5, "3"])
def test_bad_counts(count):
    with pytest.raises(ValueError, match="num_generators.*Received"):
        mg.MixGAN(generator(), discriminator(), num_generators=count)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (images(side=12), r"shape \(8, 8, 1\).*Received.*12"),
        (images() * 127, r"scale the images.*Received.*126"),
        ((images() * 100).astype("uint8"), "floating point.*uint8"),
        (np.full((12, 8, 8, 1), np.nan, "float32"), "NaN.*Received"),
        (images(0), "empty"),
    ],
)
def test_bad_images(x, message):
    gan = tiny_image_gan()
    gan.compile()
    with pytest.raises(ValueError, match=message):
        gan.fit(x, batch_size=6, verbose=0)
    with pytest.raises(ValueError, match=message if len(x) else "."):
        dataset = tf.data.Dataset.from_tensor_slices(x).batch(6)
        gan.fit(dataset if len(x) else x, verbose=0)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "needs labels.*Received: no labels"),
        (labels(12) + 1, r"\[0, 3\).*Received.*3"),
        (np.eye(3, dtype="float32")[labels(12)], "integers.*Received"),
    ],
)
def test_bad_labels(y, message):
    gan = tiny_image_gan(num_classes=3)
    gan.compile()
    with pytest.raises(ValueError, match=message):
        gan.fit(images(), y, batch_size=6, verbose=0)


def test_weights_of_samples_are_refused(gan):
    with pytest.raises(ValueError, match="no sample or class weights"):
        gan.fit(points(), np.zeros(24), sample_weight=np.ones(24), verbose=0)


def test_bad_labels_are_found_anywhere():
    gan = tiny_gan(num_classes=3)
    gan.compile()
    y = labels(2000)
    y[-1] = 3
    with pytest.raises(ValueError, match=r"\[0, 3\).*Received"):
        gan.fit(points(2000), y, verbose=0)


def test_an_endless_dataset_needs_the_length_of_an_epoch(gan):
    with pytest.raises(ValueError, match="steps_per_epoch.*Received"):
        gan.fit(mg.data.ring(), verbose=0)


def test_a_network_without_known_inputs_is_refused():
    class Mystery(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="generator.*keras.Input.*Received"):
        mg.MixGAN(Mystery())


def test_a_model_without_discriminators_only_samples():
    gan = mg.MixGAN(generator(), num_generators=2)
    assert gan.sample(3, seed=0).shape == (3, 2)
    with pytest.raises(ValueError, match="compile.*only samples"):
        gan.compile()


def test_bfloat16_trains():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = tiny_gan()
        gan.compile()
        history = gan.fit(points(), batch_size=12, verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(list(history.values())).all()

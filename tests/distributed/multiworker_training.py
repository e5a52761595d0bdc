"""What each worker of a test's cluster trains: `python -m ... OUT.npz`."""

import sys

import numpy as np
import tensorflow as tf


def train(strategy):
    """Trains small models under a strategy; returns their weights by name."""
    import keras

    from tests.models import images
    from tests.models import labels
    from tests.models import tiny_image_gan
    from tests.models import weights_of

    # Batches of 8, and at last one row: none for the second worker.
    data = tf.data.Dataset.from_tensor_slices((images(17), labels(17)))
    data = data.batch(8)
    saved = {}
    for payoff, dataset in (("stratified", data.take(2)), ("shared", data)):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            gan = tiny_image_gan(num=2, num_classes=3)
            gan.compile(
                payoff=payoff,
                mixture_optimizer="exponentiated_gradient",
                ema=0.9,
                steps_per_execution=2 if payoff == "stratified" else 1,
            )
        history = gan.fit(dataset, epochs=2, verbose=0).history
        logs = gan.evaluate(dataset, verbose=0, return_dict=True)
        for index, weights in enumerate(weights_of(gan)):
            saved[f"{payoff}_{index}"] = weights
        saved[f"{payoff}_logs"] = np.array(
            [history["payoff"][-1], logs["generator_loss"]]
        )
    return saved


if __name__ == "__main__":
    cluster = tf.distribute.MultiWorkerMirroredStrategy()
    assert cluster.num_replicas_in_sync == 2
    np.savez(sys.argv[1], **train(cluster))

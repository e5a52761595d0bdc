"""A folded generator as a SavedModel, which TensorFlow alone can serve."""

import pathlib

import tensorflow as tf
from mixgan_tf.export.fold import folded

from mixgan_tf import files
from mixgan_tf import sampling
from mixgan_tf.judging import with_labels


def to_saved_model(model, path, overwrite=False):
    """Writes a mixture as one SavedModel.

    Signatures, all with named inputs and outputs:

    - `generate` (and `serving_default`): `latents` float32 `(B, latent_dim +
      1)`, with int32 `labels` `(B,)` if conditional, to `samples`;
    - `sample`: int32 scalars `num` and `seed` to `samples`, and to the
      `labels` drawn if conditional. `gan.sample(num, seed)` gives the same.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the folder to write.
        overwrite: whether to replace a SavedModel or file that exists.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the folder exists and `overwrite` is false, or holds
            anything but a SavedModel.

    Example:
    ```python
    mg.export.to_saved_model(gan, "generator/1")
    served = tf.saved_model.load("generator/1")
    served.signatures["sample"](num=tf.constant(16), seed=tf.constant(0))
    ```
    """
    path = refuse_existing(path, overwrite)
    occupied = path.is_dir() and any(path.iterdir())
    if occupied and not (path / "saved_model.pb").is_file():
        raise ValueError(
            "A SavedModel may replace another, not a folder of other files; "
            f"choose another path. Received: {str(path)!r}"
        )
    generator = folded(model)
    module, signatures = _module(generator)
    with files.atomic_folder(path) as folder:
        tf.saved_model.save(module, str(folder), signatures=signatures)
    return path


def refuse_existing(path, overwrite):
    """Returns a path that may be written.

    Args:
        path: file or folder.
        overwrite: whether it may exist already.

    Returns:
        A `pathlib.Path`.

    Raises:
        ValueError: if it exists and may not.
    """
    path = pathlib.Path(path)
    if path.exists() and not overwrite:
        raise ValueError(
            "The output exists already; choose another path or pass "
            f"`overwrite=True` (--overwrite). Received: {str(path)!r}"
        )
    return path


def input_specs(generator):
    """Returns the tensors that a folded generator takes.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A list of `tf.TensorSpec`: latents, and labels if conditional.
    """
    specs = [
        tf.TensorSpec([None, generator.latent_dim + 1], tf.float32, "latents")
    ]
    if generator.num_classes is not None:
        specs.append(tf.TensorSpec([None], tf.int32, "labels"))
    return specs


def variables_module(generator):
    """Returns a module that holds a generator's variables, each once.

    Args:
        generator: a Keras model.

    Returns:
        A `tf.Module`. A SavedModel made from it has nothing of Keras.
    """
    module = tf.Module()
    module.weights = [v.value for v in generator.weights]
    return module


def _module(generator):
    module = variables_module(generator)

    @tf.function(input_signature=input_specs(generator))
    def generate(latents, labels=None):
        return {"samples": generator(with_labels(latents, labels))}

    scalar = tf.TensorSpec([], tf.int32)

    @tf.function(input_signature=[scalar, scalar])
    def sample(num, seed):
        latents = sampling.draw_latents(num, generator.latent_dim, seed)
        if generator.num_classes is None:
            return {"samples": generator(latents)}
        labels = sampling.draw_labels(num, generator.num_classes, seed)
        return {"samples": generator([latents, labels]), "labels": labels}

    module.generate, module.sample = generate, sample
    concrete = generate.get_concrete_function()
    return module, {
        "serving_default": concrete,
        "generate": concrete,
        "sample": sample.get_concrete_function(),
    }

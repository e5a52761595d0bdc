"""The contract every regularizer of the discriminators fulfils."""

from typing import NamedTuple


class PenaltyInputs(NamedTuple):
    """What a penalty of one discriminator may be computed from.

    Sums are over this replica's rows, divided by the global counts.
    """

    critic: object  # function (samples, labels, RowDraws) -> logits (n,)
    reals: object  # float (n, ...)
    labels: object  # int32 (n,), or None
    fakes: list  # of each generator, float (n_i, ...)
    inputs: list  # of each generator, its FakeInputs
    weights: object  # mixture weights, (T_g,) or (T_g, num_classes)
    rows: object  # Rows of `reals`
    key: object  # int32 (2,), a stateless random seed


class Regularizer:
    """Base of what is done to discriminators beside the payoff.

    `compile(regularizers=[...])` takes any number of them. A subclass
    overrides the hooks it needs.
    """

    # Whether `penalty` is overridden: penalties leave the game zero-sum no
    # more.
    has_penalty = False
    # A `keras.layers.Layer` with variables to be saved, made by `build`.
    state = None

    def build(self, gan):
        """Checks the model and makes state, when it is compiled.

        Args:
            gan: a `MixGAN`.

        Raises:
            ValueError: if the regularizer does not fit the model.
        """

    def before_update(self):
        """Runs before each update of the discriminators."""

    def substitutes(self, discriminator, j):
        """Returns what a discriminator's variables read as.

        Args:
            discriminator: a Keras model.
            j: its index.

        Returns:
            A list of pairs `(keras.Variable, tensor)`.
        """
        return []

    def transform(self, gan, samples, row_draws):
        """Returns what a discriminator sees of samples during training.

        Args:
            gan: the `MixGAN`.
            samples: float tensor `(n, ...)`, real or generated.
            row_draws: `RowDraws`, random numbers for each of the samples, the
                same on one replica and on several.

        Returns:
            A tensor of the same shape.
        """
        return samples

    def penalty(self, inputs):
        """Returns what is added to one discriminator's loss.

        Args:
            inputs: a `PenaltyInputs`.

        Returns:
            A float32 scalar, or 0.
        """
        return 0.0

    def after_update(self, discriminators):
        """Runs after each update of the discriminators.

        Args:
            discriminators: list of Keras models.
        """

    def get_config(self):
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Builds a regularizer from `get_config()`'s result."""
        return cls(**config)

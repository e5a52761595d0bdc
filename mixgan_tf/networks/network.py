"""The base class of the library's networks."""

from typing import Any
from typing import Self

import keras


class Network(keras.Model):
    """A functional Keras model that is rebuilt from constructor arguments.

    Args:
        inputs: symbolic inputs.
        outputs: symbolic outputs.
        config: dict of the subclass's constructor arguments; each also
            becomes an attribute.
    """

    def __init__(
        self,
        *,
        inputs: keras.KerasTensor | list[keras.KerasTensor],
        outputs: keras.KerasTensor | dict[str, keras.KerasTensor],
        config: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        self._arguments = tuple(config)
        for name, value in config.items():
            setattr(self, name, value)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = {name: getattr(self, name) for name in self._arguments}
        if "image_shape" in config:
            config["image_shape"] = list(config["image_shape"])  # for JSON
        return {**config, "name": self.name}

    @classmethod
    def from_config(
        cls,
        config: dict[str, Any],
        custom_objects: dict[str, type] | None = None,
    ) -> Self:
        """Builds a fresh network from `get_config()`'s result."""
        return cls(**config)

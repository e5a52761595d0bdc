"""The private modules of Keras that its own files name.

Keras 3.15 writes where a class lives beside its name: for functional models,
and for the operations between layers, that is not a public module.
"""

FILE_MODULES = (
    "keras.src.models.functional",
    "keras.src.models.sequential",
    "keras.src.ops",
)
OPERATIONS = "keras.src.ops."

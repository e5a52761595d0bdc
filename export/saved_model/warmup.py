"""Warm-up requests, which TensorFlow Serving runs when it loads a SavedModel.

The file holds serialised `PredictionLog` messages of `tensorflow-serving-api`.
That package is not needed to write them: their few fields are declared here
with the same numbers, and a message is nothing else on the wire.
"""

import pathlib

import numpy as np
import tensorflow as tf
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf.message import Message

FILE = pathlib.Path("assets.extra", "tf_serving_warmup_requests")
BATCH_SIZES = (1, 16)
_PACKAGE = "mixgan_tf.warmup"

# Message -> field -> (its number in TensorFlow Serving's API, its type).
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "ModelSpec": {"name": (1, "string"), "signature_name": (3, "string")},
    "Input": {"key": (1, "string"), "value": (2, "bytes")},  # a TensorProto
    "PredictRequest": {
        "model_spec": (1, "ModelSpec"),
        "inputs": (2, "Input"),  # a map is a list of keys and values
    },
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}


def write_warmup(
    folder: pathlib.Path,
    model_name: str,
    signatures: dict[str, tf.types.experimental.ConcreteFunction],
) -> None:
    """Writes a warm-up file into a SavedModel.

    Each signature is called with batches of 1 and of 16 rows.

    Args:
        folder: the SavedModel's folder, a `pathlib.Path`.
        model_name: the name that the model is served by.
        signatures: dict from name to concrete function.
    """
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, function in signatures.items():
            for batch_size in BATCH_SIZES:
                request = _request(model_name, name, function, batch_size)
                writer.write(request.SerializeToString())


def _request(
    model_name: str,
    signature_name: str,
    function: tf.types.experimental.ConcreteFunction,
    batch_size: int,
) -> Message:
    message = _message_class("PredictionLog")()
    request = message.predict_log.request
    request.model_spec.name = model_name
    request.model_spec.signature_name = signature_name
    for spec in _specs(function):
        value = tf.make_tensor_proto(_value(spec, batch_size), spec.dtype)
        request.inputs.add(key=spec.name, value=value.SerializeToString())
    return message


def _specs(
    function: tf.types.experimental.ConcreteFunction,
) -> list[tf.TensorSpec]:
    found = tf.nest.flatten(function.structured_input_signature)
    return [spec for spec in found if isinstance(spec, tf.TensorSpec)]


def _value(spec: tf.TensorSpec, batch_size: int) -> int | np.ndarray:
    if spec.name == "num":
        return batch_size
    shape = [batch_size if n is None else n for n in spec.shape]
    if spec.name != "latents":
        return np.zeros(shape, "int32")
    # From one end of the selector coordinate to the other, so that every
    # component runs.
    rows = np.linspace(-3.0, 3.0, batch_size, dtype="float32")
    return np.broadcast_to(rows[:, None], shape)


def _message_class(name: str) -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(
        name="mixgan_tf_warmup.proto", package=_PACKAGE, syntax="proto3"
    )
    for message, fields in _MESSAGES.items():
        declared = file.message_type.add(name=message)
        for field, (number, kind) in fields.items():
            _add_field(declared, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")
    return message_factory.GetMessageClass(found)


def _add_field(
    message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str
) -> None:
    kinds = descriptor_pb2.FieldDescriptorProto
    field = message.field.add(name=name, number=number)
    field.label = (
        kinds.LABEL_REPEATED if kind == "Input" else kinds.LABEL_OPTIONAL
    )
    if kind in _MESSAGES:
        field.type = kinds.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"
    else:
        field.type = {"string": kinds.TYPE_STRING, "bytes": kinds.TYPE_BYTES}[
            kind
        ]

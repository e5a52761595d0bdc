"""The relu fold is the theorem's network: affine maps and ReLUs, no more."""

import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import image_mixture
from tests.export.mixtures import point_mixture

# Moving numbers about, without computing any.
ARRANGING = {
    "Cast",
    "ConcatV2",
    "ExpandDims",
    "Identity",
    "OneHot",  # how a label is put into the network
    "Pad",
    "PadV2",
    "Reshape",
    "StridedSlice",
}
LINEAR = {"AddV2", "BiasAdd", "Neg", "Sub", "Sum"}
# Linear in one operand as long as the other does not depend on the input.
PRODUCTS = {"Conv2DBackpropInput", "MatMul", "Mul"}
SIZES = {"Shape", "StridedSlice", "Pack", "Prod"}  # of the batch


def operations(folded):
    """The operations that the input's values reach, and their products."""
    specs = [tf.TensorSpec([None, folded.latent_dim + 1])]
    if folded.num_classes is not None:
        specs.append(tf.TensorSpec([None], tf.int32))

    @tf.function
    def generate(*inputs):
        return folded(list(inputs) if len(inputs) > 1 else inputs[0])

    graph = generate.get_concrete_function(*specs).graph
    reached, found = {t.ref() for t in graph.inputs[: len(specs)]}, []
    for operation in graph.get_operations():
        from_input = [t for t in operation.inputs if t.ref() in reached]
        if from_input and operation.type != "Shape":
            reached.update(t.ref() for t in operation.outputs)
            found.append((operation, len(from_input)))
    return found


@pytest.mark.parametrize(
    ("make", "activations"),
    [
        (point_mixture, set()),
        (lambda: point_mixture(CLASS_WEIGHTS, 2), set()),
        (lambda: point_mixture([1 / 8] * 8), set()),
        (image_mixture, {"Tanh"}),
        (lambda: image_mixture(num_classes=3), {"Tanh"}),
    ],
)
def test_relu_fold_is_a_feed_forward_relu_network(make, activations):
    folded = mg.export.fold(make(), "relu")
    found = operations(folded)
    types = {operation.type for operation, _ in found}
    assert types <= ARRANGING | LINEAR | PRODUCTS | activations | {"Relu"}
    assert "Relu" in types
    assert activations <= types
    for operation, inputs in found:
        if operation.type in PRODUCTS:
            assert inputs == 1, f"{operation.name} multiplies data by data"


def test_the_check_sees_what_other_selectors_do():
    folded = mg.export.fold(point_mixture(), "dense")
    types = {operation.type for operation, _ in operations(folded)}
    assert {"Greater", "SelectV2"} <= types


def test_relu_units_are_those_of_the_report():
    folded = mg.export.fold(image_mixture(), "relu")
    units = sum(
        operation.outputs[0].shape[1:].num_elements()
        for operation, _ in operations(folded)
        if operation.type == "Relu"
    )
    report = folded.report()
    inside = 3 * 4 * 4 * 4  # each component's hidden layer
    assert units == inside + report.selector_units + report.gate_units

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.tools import flatbuffer_utils

import mixgan_tf as mg
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture
from tests.export.tflite.tflite_models import exported
from tests.export.tflite.tflite_models import feed
from tests.export.tflite.tflite_models import row_by_row
from tests.export.tflite.tflite_models import signature

KINDS = [
    "points",
    "images",
    "labelled images",
    "weights of each class",
    "residual",
    "one",
]


@pytest.mark.parametrize("num", [1, 2, 33])
@pytest.mark.parametrize("kind", KINDS)
def test_tflite_makes_what_the_model_makes(kind, num):
    gan, path = exported(kind)
    inputs = inputs_of(gan, num)
    np.testing.assert_allclose(
        signature(path)(**feed(inputs))["samples"],
        expected_samples(gan, inputs),
        atol=1e-5,
    )


@pytest.mark.parametrize("selected", [-5.0, 5.0])
@pytest.mark.parametrize("kind", ["images", "residual"])
def test_components_without_rows_are_skipped(kind, selected):
    gan, path = exported(kind)
    inputs = inputs_of(gan, 3)
    inputs[0][:, -1] = selected
    np.testing.assert_allclose(
        signature(path)(**feed(inputs))["samples"],
        expected_samples(gan, inputs),
        atol=1e-5,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_for_single_rows_sends_each_to_its_component(kind):
    gan, path = exported(kind, batch_size=1)
    inputs = inputs_of(gan, 20)
    made = row_by_row(signature(path), inputs)
    expected = expected_samples(gan, inputs)
    np.testing.assert_allclose(made, expected, atol=1e-5)
    run = mg.export.open_tflite(path)
    np.testing.assert_array_equal(run(*inputs), made)


def test_sixteen_components_are_four_conditions_deep(tmp_path):
    weights = np.random.default_rng(0).dirichlet(np.full(16, 2.0))
    gan = point_mixture(weights)
    path = mg.export.to_tflite(gan, tmp_path / "f.tflite", batch_size=1)
    model = flatbuffer_utils.read_model(str(path))

    def depth(index):
        options = [
            operator.builtinOptions
            for operator in model.subgraphs[index].operators
            if hasattr(operator.builtinOptions, "thenSubgraphIndex")
        ]
        branches = [
            branch
            for o in options
            for branch in (o.thenSubgraphIndex, o.elseSubgraphIndex)
        ]
        return 1 + max(map(depth, branches)) if branches else 0

    assert depth(0) == 4
    inputs = inputs_of(gan, 200)
    np.testing.assert_allclose(
        mg.export.open_tflite(path)(*inputs),
        expected_samples(gan, inputs),
        atol=1e-5,
    )


def test_one_file_serves_single_rows_and_any_batch_size():
    gan, path = exported("labelled images", batch_size="both")
    inputs = inputs_of(gan, 20)
    expected = expected_samples(gan, inputs)
    interpreter = Interpreter(str(path), num_threads=1)
    run = interpreter.get_signature_runner("serving_default")
    single = interpreter.get_signature_runner("single")
    for num in (20, 3, 20):  # in turn: `sample` shares the components' graphs
        made = run(**feed(inputs, slice(num)))["samples"]
        np.testing.assert_allclose(made, expected[:num], atol=1e-5)
        made = single(**feed(inputs, slice(num - 1, num)))["samples"]
        np.testing.assert_allclose(made, expected[num - 1 : num], atol=1e-5)
        drawn = interpreter.get_signature_runner("sample")(
            num=np.int32(num), seed=np.int32(1)
        )
        np.testing.assert_allclose(
            drawn["samples"], gan.sample(num, seed=1), atol=1e-4
        )


@pytest.mark.parametrize("quantization", ["float32", "float16", "int8"])
def test_signatures_share_the_weights(quantization, tmp_path):
    networks = [
        mg.networks.MLPGenerator(2, latent_dim=8, width=128, depth=3)
        for _ in range(2)
    ]
    path = mg.export.to_tflite(
        mixture(networks, [0.5, 0.5]),
        tmp_path / "f.tflite",
        batch_size="both",
        quantization=quantization,
    )
    each = {"float32": 4, "float16": 2, "int8": 1}[quantization]
    weights = each * sum(g.count_params() for g in networks)
    graphs = 120_000
    assert weights < path.stat().st_size < weights + graphs < 2.1 * 4 * weights


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize(
    "kind,layer", [("images", "TRANSPOSE_CONV"), ("residual", "CONV_2D")]
)
def test_tflite_needs_builtin_operators_only(kind, layer, batch_size):
    _, path = exported(kind, batch_size=batch_size)
    codes = flatbuffer_utils.read_model(str(path)).operatorCodes
    names = vars(flatbuffer_utils.schema_fb.BuiltinOperator).items()
    names = {value: name for name, value in names}
    operators = {names[code.builtinCode] for code in codes}
    assert {layer, "IF", "BITCAST"} <= operators
    assert "CUSTOM" not in operators
    assert not any(code.customCode for code in codes)


@pytest.mark.parametrize("selector", ["dense", "relu"])
def test_other_selectors_are_written_as_they_are(selector, tmp_path):
    gan = image_mixture()
    folded = mg.export.fold(gan, selector, delta=1e-4)
    path = mg.export.to_tflite(folded, tmp_path / "f.tflite")
    inputs = inputs_of(gan, 30)
    np.testing.assert_allclose(
        mg.export.open_tflite(path)(*inputs),
        expected_samples(gan, inputs),
        atol=1e-5,
    )
    if selector == "relu":
        with pytest.raises(ValueError, match="ramps.*routed.*Received"):
            mg.export.to_tflite(folded, tmp_path / "g", quantization="int8")


def test_networks_in_half_precision_become_float32(tmp_path):
    policy = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        gan = image_mixture()
        path = mg.export.to_tflite(gan, tmp_path / "f.tflite")
    finally:
        keras.mixed_precision.set_dtype_policy(policy)
    inputs = inputs_of(gan, 30)
    np.testing.assert_allclose(
        mg.export.open_tflite(path)(*inputs),
        expected_samples(gan, inputs),
        atol=1e-2,
    )

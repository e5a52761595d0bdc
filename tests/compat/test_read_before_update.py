"""In the graph that runs, reads of a variable are before or after updates.

TensorFlow's optimizer of graphs loses some of the order that tracing puts in;
see `mixgan_tf.update_order`.
"""

import keras
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

import mixgan_tf as mg
from tests.models import points
from tests.models import tiny_gan

UPDATES = ("AssignSubVariableOp", "AssignAddVariableOp", "AssignVariableOp")


def optimized_graphs(function, *args):
    context.context().enable_run_metadata()
    function(*args)
    metadata = context.context().export_run_metadata()
    context.context().disable_run_metadata()
    graphs = [f.partition_graphs for f in metadata.function_graphs]
    return [graph for parts in graphs for graph in parts]


def unordered(graph):
    """Returns how many reads meet an update, and those in no order with one."""
    parents = {
        node.name: [i.lstrip("^").split(":")[0] for i in node.input]
        for node in graph.node
    }

    def ancestors(name):
        found, left = set(), [name]
        while left:
            new = {p for p in parents.get(left.pop(), []) if p not in found}
            found |= new
            left += new
        return found

    reads, updates = {}, {}
    for node in graph.node:
        if node.op == "ReadVariableOp":
            reads.setdefault(node.input[0], []).append(node.name)
        elif node.op in UPDATES:
            updates.setdefault(node.input[0], []).append(node.name)
    before = {
        name: ancestors(name)
        for names in [*reads.values(), *updates.values()]
        for name in names
    }
    pairs = [
        (read, update)
        for variable, names in updates.items()
        for update in names
        for read in reads.get(variable, [])
    ]
    return len(pairs), [
        (read, update)
        for read, update in pairs
        if read not in before[update] and update not in before[read]
    ]


def linear_gan():
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(1)(inputs)
    generator = mg.networks.MLPGenerator(2, latent_dim=4, width=8)
    return mg.MixGAN(generator, keras.Model(inputs, outputs), 2, seed=0)


@pytest.mark.parametrize("make", [tiny_gan, linear_gan])
def test_nothing_is_updated_before_it_is_read(make):
    # A last kernel that no gradient of its own depends on: the critics', and
    # the generators' before a linear critic. Only static shapes are folded.
    gan = make()
    gan.compile("wasserstein", regularizers=["weight_clipping"], ema=0.9)
    data = tf.data.Dataset.from_tensor_slices(points(24))
    data = data.batch(12, drop_remainder=True)
    gan.make_train_function()
    graphs = optimized_graphs(gan.train_function, iter(data))
    found = [unordered(graph) for graph in graphs]
    assert sum(count for count, _ in found) > 50
    assert not sum((pairs for _, pairs in found), [])

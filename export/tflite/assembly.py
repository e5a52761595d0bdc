"""The assembly of several converted graphs as signatures of one file.

Each graph is converted alone. The converter would quantise the drawing of
random numbers along with the network that reads them, and the coordinate that
selects the component with it; so the two are converted apart and joined here.
"""

import copy
from collections.abc import Collection
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from tensorflow.lite.tools import flatbuffer_utils

_schema = flatbuffer_utils.schema_fb
_VERSION = "min_runtime_version"  # metadata of the converter's
_BRANCHES = (  # operators' references to other graphs
    "thenSubgraphIndex",
    "elseSubgraphIndex",
    "condSubgraphIndex",
    "bodySubgraphIndex",
)


class _Graph(NamedTuple):
    """A graph and the indices of its input and output tensors, by name."""

    graph: flatbuffer_utils.schema_fb.SubGraphT
    inputs: dict[str, int]
    outputs: dict[str, int]


class Assembly:
    """A TFLite model to add signatures to, which keeps equal weights once."""

    def __init__(self) -> None:
        self._model = _schema.ModelT()
        self._model.version = 3
        self._model.description = "mixgan_tf"
        self._model.operatorCodes = []
        self._model.subgraphs = [None]  # the first one is the first signature's
        self._model.signatureDefs = []
        self._model.buffers = [_schema.BufferT()]  # the first one is empty
        self._model.metadata = []
        self._buffers = {b"": 0}  # from content to place
        # From an operator's codes and version to its place.
        self._codes: dict[tuple[int, int, bytes | None, int], int] = {}
        # From a file's content to its graph.
        self._imported: dict[bytes, _Graph] = {}
        self._version = b""

    def add_signature(
        self,
        name: str,
        content: bytes,
        source: bytes | None = None,
        returned: Collection[str] = (),
    ) -> None:
        """Adds a graph as a signature.

        Args:
            name: name of the signature.
            content: bytes of a TFLite file with one signature.
            source: bytes of another, whose outputs become the inputs of the
                same names; the signature then takes what `source` takes, and
                those inputs that it does not feed.
            returned: names of `source`'s outputs to return too, if there.
        """
        added = self._import(content)
        if source is not None:
            added = _connected(self._import(source), added, returned)
        added.graph.name = name
        added.graph.inputs = list(added.inputs.values())
        added.graph.outputs = list(added.outputs.values())
        signature = _schema.SignatureDefT()
        signature.signatureKey = name
        signature.inputs = _tensor_map(added.inputs)
        signature.outputs = _tensor_map(added.outputs)
        graphs = self._model.subgraphs
        if graphs[0] is None:
            signature.subgraphIndex, graphs[0] = 0, added.graph
        else:
            signature.subgraphIndex = len(graphs)
            graphs.append(added.graph)
        self._model.signatureDefs.append(signature)

    def add_metadata(self, name: str, data: bytes) -> None:
        """Adds bytes to the file's metadata table."""
        entry = _schema.MetadataT()
        entry.name = name
        entry.buffer = self._buffer_index(np.frombuffer(data, "uint8"))
        self._model.metadata.append(entry)

    def to_bytes(self) -> bytes:
        """Returns the TFLite file's content."""
        self.add_metadata(_VERSION, self._version)
        return flatbuffer_utils.convert_object_to_bytearray(self._model)

    def _import(self, content: bytes) -> _Graph:
        """Returns a copy of a file's graph, after adding what it refers to."""
        if content not in self._imported:
            model = flatbuffer_utils.read_model_from_bytearray(
                bytearray(content)
            )
            self._imported[content] = self._add_references(model)
        return copy.deepcopy(self._imported[content])

    def _add_references(
        self, model: flatbuffer_utils.schema_fb.ModelT
    ) -> _Graph:
        (signature,) = model.signatureDefs
        buffers = [self._buffer_index(b.data) for b in model.buffers]
        codes = [self._code_index(c) for c in model.operatorCodes]
        places, main = {}, model.subgraphs[signature.subgraphIndex]
        for i, graph in enumerate(model.subgraphs):
            if graph is not main:
                places[i] = len(self._model.subgraphs)
                self._model.subgraphs.append(graph)
        for graph in model.subgraphs:
            for tensor in graph.tensors:
                tensor.buffer = buffers[tensor.buffer]
            for operator in graph.operators:
                operator.opcodeIndex = codes[operator.opcodeIndex]
                options = operator.builtinOptions
                for branch in _BRANCHES:
                    if hasattr(options, branch):
                        old = getattr(options, branch)
                        setattr(options, branch, places[old])
        for entry in model.metadata or []:
            if entry.name.decode() == _VERSION:
                version = model.buffers[entry.buffer].data.tobytes()
                self._version = max(
                    self._version, version, key=_version_numbers
                )
        return _Graph(
            main, _indices(signature.inputs), _indices(signature.outputs)
        )

    def _buffer_index(self, data: np.ndarray | None) -> int:
        content = b"" if data is None else data.tobytes()
        if content not in self._buffers:
            buffer = _schema.BufferT()
            buffer.data = np.array(data)
            self._buffers[content] = len(self._model.buffers)
            self._model.buffers.append(buffer)
        return self._buffers[content]

    def _code_index(
        self, code: flatbuffer_utils.schema_fb.OperatorCodeT
    ) -> int:
        key = (
            code.builtinCode,
            code.deprecatedBuiltinCode,
            code.customCode,
            code.version,
        )
        if key not in self._codes:
            self._codes[key] = len(self._model.operatorCodes)
            self._model.operatorCodes.append(code)
        return self._codes[key]


def _connected(
    source: _Graph, sink: _Graph, returned: Collection[str]
) -> _Graph:
    """Returns one graph in which the source's outputs feed the sink."""
    first = len(source.graph.tensors)
    places = [first + i for i in range(len(sink.graph.tensors))]
    places.append(-1)  # an operator's missing input
    inputs = dict(source.inputs)
    for name, index in sink.inputs.items():
        if name in source.outputs:
            places[index] = source.outputs[name]
        elif name in source.inputs:  # both read it
            places[index] = source.inputs[name]
        else:
            inputs[name] = places[index]
    for operator in sink.graph.operators:
        operator.inputs = [places[i] for i in operator.inputs]
        operator.outputs = [places[i] for i in operator.outputs]
    graph = source.graph
    graph.tensors += sink.graph.tensors
    graph.operators += sink.graph.operators
    outputs = {name: places[i] for name, i in sink.outputs.items()}
    kept = {n: i for n, i in source.outputs.items() if n in returned}
    return _Graph(graph, inputs, {**outputs, **kept})


def _indices(
    entries: Iterable[flatbuffer_utils.schema_fb.TensorMapT],
) -> dict[str, int]:
    return {entry.name.decode(): entry.tensorIndex for entry in entries}


def _tensor_map(
    indices: dict[str, int],
) -> list[flatbuffer_utils.schema_fb.TensorMapT]:
    entries = []
    for name, index in indices.items():
        entry = _schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        entries.append(entry)
    return entries


def _version_numbers(version: bytes) -> list[int]:
    parts = version.rstrip(b"\0").split(b".")
    return [int(part) for part in parts if part.isdigit()]

"""The cases of the built-in components: kind, type, and what the type is checked with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.testing.case import Case

_IMAGE = [7, 6, 4]
_IMAGES = [None, None, 4]
_TOKENS = {"shape": [5], "dtype": "int32", "classes": 9}
_ANSWER = {"shape": [], "dtype": "int32", "classes": 2}
_CLASS = {"shape": [], "dtype": "int32", "classes": 6}
_CLASSES = {"shape": [5], "dtype": "int64", "classes": 6}


def _values(entry: Any) -> list[Case]:
    """A layer of values each by itself."""
    return [Case(entry, [[]]), Case(entry, [[5]]), Case(entry, [[3, None, 2]])]


def _features(entry: Any) -> list[Case]:
    """A layer over the last axis."""
    return [Case(entry, [[5]]), Case(entry, [[4, 5]]), Case(entry, [[None, 3, 2]])]


def _images(entry: Any) -> list[Case]:
    """A layer over images of known and of unknown size."""
    return [Case(entry, [_IMAGE]), Case(entry, [_IMAGES])]


def _merged(entry: Any, several: bool = True) -> list[Case]:
    """A layer of several inputs that broadcast."""
    two = [Case(entry, [[5], [5]]), Case(entry, [[3, 4], [1, 4]])]
    return [*two, Case(entry, [[3, 2], [3, 1], [1, 2]])] if several else two


def _sequences(entry: Any) -> list[Case]:
    """A recurrent layer."""
    return [Case(entry, [[4, 3]]), Case(entry, [[None, 3]])]


def _tied(inputs: Sequence[int], encoder: Any) -> Case:
    layers = [
        {**encoder, "name": "encoder"},
        "tanh",
        {"tied_decoder": "encoder", "name": "layer"},
    ]
    return Case(spec={"tfgraph": 1, "inputs": {"x": list(inputs)}, "layers": layers})


def _weights(entry: Any, *shapes: list[int], draws: bool = True) -> list[Case]:
    """An initializer of weights of some shapes."""
    every = shapes or ([], [5], [4, 6], [6, 4], [3, 2, 4, 5])
    return [Case(entry, list(every), draws=draws)]


LAYERS: dict[str, list[Case]] = {
    "matmul": _features({"matmul": {"units": 3, "bias": True}}),
    "dense": _features({"dense": {"units": 3, "activation": "relu"}}),
    "bias": _features("bias"),
    "scale": [*_features("scale"), Case("scale", [[]])],
    "add": _merged("add"),
    "subtract": _merged("subtract", several=False),
    "multiply": _merged("multiply"),
    "average": _merged("average"),
    "concat": [
        Case("concat", [[5], [2]]),
        Case({"concat": {"axis": 1}}, [[3, 4], [1, 4], [2, 4]]),
        Case({"concat": {"axis": -1}}, [[None, 3], [None, 2]]),
    ],
    **{
        activation: _values(activation)
        for activation in ("sigmoid tanh relu leaky_relu elu selu gelu swish softplus".split())
    },
    "softmax": _features("softmax"),
    "log_softmax": _features("log_softmax"),
    "conv2d": [
        *_images({"conv2d": {"filters": 6, "bias": True}}),
        *_images({"conv2d": {"filters": 6, "kernel_size": [1, 3], "stride": [2, 1]}}),
        *_images({"conv2d": {"filters": 6, "dilation": 2, "padding": "valid"}}),
        *_images({"conv2d": {"filters": 6, "groups": 2}}),
    ],
    "depthwise_conv2d": [
        *_images({"depthwise_conv2d": {"multiplier": 2, "stride": 2, "bias": True}}),
        *_images({"depthwise_conv2d": {"dilation": [1, 2], "padding": "valid"}}),
        Case({"depthwise_conv2d": {"dilation": 2}}, [[None, 6, 4]]),
    ],
    "max_pool": _images("max_pool"),
    "avg_pool": _images("avg_pool"),
    "global_max_pool": _images("global_max_pool"),
    "global_avg_pool": _images("global_avg_pool"),
    "dropout": _values({"dropout": 0.5}),
    "corrupt": _values({"corrupt": 0.5}),
    "gaussian_noise": _values({"gaussian_noise": 0.5}),
    "flatten": [Case("flatten", [[]]), Case("flatten", [[3, 4]]), Case("flatten", [_TOKENS])],
    "reshape": [
        Case({"reshape": [2, -1]}, [[3, 4]]),
        Case({"reshape": []}, [[1]]),
        Case({"reshape": [5, 1]}, [_TOKENS]),
    ],
    "transpose": [
        Case({"transpose": [1]}, [_TOKENS]),
        Case({"transpose": [3, 1, 2]}, [_IMAGE]),
        Case({"transpose": [2, 1]}, [[None, 3]]),
    ],
    "batch_norm": _features("batch_norm"),
    "layer_norm": _features("layer_norm"),
    "embedding": [
        Case({"embedding": 3}, [_TOKENS]),
        Case({"embedding": {"units": 3, "vocabulary": 12}}, [{"shape": [None], "dtype": "uint8"}]),
    ],
    "lstm": _sequences({"lstm": 3}),
    "gru": [*_sequences({"gru": 3}), Case({"gru": {"units": 2, "reset_after": False}}, [[4, 3]])],
    "simple_rnn": _sequences({"simple_rnn": 3}),
    "tied_decoder": [
        _tied([5], {"matmul": 3}),
        _tied([4, 5], {"dense": {"units": 3, "activation": "relu"}}),
        _tied(_IMAGE, {"conv2d": {"filters": 3, "stride": 2}}),
        _tied(_IMAGE, {"conv2d": {"filters": 3, "padding": "valid", "dilation": 2}}),
    ],
}

INITIALIZERS: dict[str, list[Case]] = {
    "zeros": _weights("zeros", draws=False),
    "ones": _weights("ones", draws=False),
    "constant": _weights(0.5, draws=False),
    "identity": _weights("identity", [4, 6], [5, 5], draws=False),
    "orthogonal": _weights("orthogonal", [4, 6], [6, 4], [3, 2, 4, 5]),
    **{
        name: _weights(name)
        for name in (
            "normal truncated_normal uniform glorot_uniform glorot_normal "
            "he_uniform he_normal lecun_uniform lecun_normal".split()
        )
    },
}


def _numbers(entry: Any) -> list[Case]:
    """A loss or a metric between numbers."""
    return [Case(entry, [[], []]), Case(entry, [[3, 2], [3, 2]])]


def _logits(entry: Any) -> list[Case]:
    """A loss or a metric of logits, against class indices and against distributions."""
    return [
        Case(entry, [[6], _CLASS]),
        Case(entry, [[5, 6], _CLASSES]),
        Case(entry, [[6], [6]], values=["normal", "distribution"]),
    ]


def _binary(entry: Any) -> list[Case]:
    """A loss of several answers of yes or no each."""
    return [
        Case(entry, [[], []], values=["normal", "binary"]),
        Case(entry, [[6], [6]], values=["normal", "binary"]),
    ]


def _answers(entry: Any) -> list[Case]:
    """A metric of one answer of yes or no."""
    return [
        Case(entry, [[], []], values=["normal", "binary"]),
        Case(entry, [[1], _ANSWER]),
    ]


LOSSES: dict[str, list[Case]] = {
    "softmax_cross_entropy": _logits("softmax_cross_entropy"),
    "sigmoid_cross_entropy": _binary("sigmoid_cross_entropy"),
    "squared_error": _numbers("squared_error"),
    "sum_squared_error": _numbers("sum_squared_error"),
    "absolute_error": _numbers("absolute_error"),
    "huber": _numbers("huber"),
    "kl_divergence": [Case("kl_divergence", [[6], [6]], values=["distribution", "distribution"])],
    "hinge": _binary("hinge"),
    "cosine": [Case("cosine", [[6], [6]]), Case("cosine", [[3, 2], [3, 2]])],
}

METRICS: dict[str, list[Case]] = {
    "accuracy": [*_logits("accuracy"), *_answers("accuracy")],
    "top_k_accuracy": _logits({"top_k_accuracy": 2}),
    "precision": [*_logits("precision"), *_answers("precision")],
    "recall": [*_logits("recall"), *_answers("recall")],
    "f1": [*_logits("f1"), *_answers("f1")],
    "auc": [*_answers("auc"), Case("auc", [[2], _ANSWER])],
    "mean_squared_error": _numbers("mean_squared_error"),
    "mean_absolute_error": _numbers("mean_absolute_error"),
    "perplexity": [Case("perplexity", [[6], _CLASS]), Case("perplexity", [[5, 6], _CLASSES])],
}

OPTIMIZERS: dict[str, list[Case]] = {
    "gradient_descent": [
        Case({"gradient_descent": 0.1}),
        Case({"gradient_descent": {"learning_rate": 0.05, "momentum": 0.5, "nesterov": True}}),
    ],
    "rmsprop": [
        Case({"rmsprop": 0.01}),
        Case({"rmsprop": {"learning_rate": 0.01, "centered": True}}),
    ],
    "adam": [
        Case({"adam": 0.01}),
        Case({"adam": {"learning_rate": 0.01, "amsgrad": True}}),
    ],
    "adadelta": [Case("adadelta")],
    **{name: [Case({name: 0.01})] for name in ("adagrad", "adamw", "nadam", "ftrl", "lion")},
}

SCHEDULES: dict[str, list[Case]] = {
    "constant": [Case(0.1), Case({"constant": 0.1})],
    "piecewise": [Case({"piecewise": {"boundaries": [5, 50], "values": [0.3, 0.2, 0.1]}})],
    "exponential": [Case({"exponential": {"initial": 0.1, "decay_steps": 100, "decay_rate": 0.9}})],
    "polynomial": [Case({"polynomial": {"initial": 0.1, "decay_steps": 100}})],
    "inverse_sqrt": [Case({"inverse_sqrt": {"peak": 0.1, "warmup_steps": 10}})],
    "cosine": [
        Case({"cosine": {"initial": 0.1, "decay_steps": 100}}),
        Case({"cosine": {"initial": 0.1, "decay_steps": 10, "warmup_steps": 5, "restarts": True}}),
    ],
}

DATASETS: dict[str, list[Case]] = {"linear": [Case("linear"), Case({"linear": {"points": 5}})]}

#: The cases of every built-in component by kind and type.
CASES: Mapping[str, Mapping[str, Sequence[Case]]] = {
    "layer": LAYERS,
    "loss": LOSSES,
    "metric": METRICS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "initializer": INITIALIZERS,
    "dataset": DATASETS,
}

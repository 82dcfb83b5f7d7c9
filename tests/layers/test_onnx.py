"""Layers give what onnx's backend node cases say."""

import numpy as np
import pytest

from tests.layers.models import assert_close, output_of
from tests.layers.onnx_cases import channels_last, onnx_cases

VALUES = {
    "relu": {"relu": "relu"},
    "elu": {"elu_default": "elu", "elu": {"elu": 2.0}},
    "selu": {"selu_default": "selu"},
    "gelu": {
        "gelu_default_1": "gelu",
        "gelu_default_2": "gelu",
        "gelu_tanh_1": {"gelu": {"approximate": True}},
        "gelu_tanh_2": {"gelu": {"approximate": True}},
    },
    "softplus": {"softplus_example": "softplus", "softplus": "softplus"},
    "leakyrelu": {
        "leakyrelu": {"leaky_relu": 0.1},
        "leakyrelu_default": {"leaky_relu": 0.01},
    },
    "swish": {"swish": "swish"},
    "sigmoid": {"sigmoid": "sigmoid"},
    "tanh": {"tanh": "tanh"},
    "softmax": {
        "softmax_large_number": "softmax",
        "softmax_axis_1": {"softmax": {"axis": 1}},
        "softmax_axis_2": {"softmax": {"axis": 2}},
        "softmax_negative_axis": "softmax",
    },
    "logsoftmax": {
        "logsoftmax_large_number": "log_softmax",
        "logsoftmax_axis_1": {"log_softmax": {"axis": 1}},
        "logsoftmax_negative_axis": "log_softmax",
    },
    "concat": {
        "concat_2d_axis_1": {"concat": 1},
        "concat_2d_axis_negative_1": "concat",
        "concat_3d_axis_1": {"concat": 1},
        "concat_3d_axis_2": {"concat": {"axis": 2}},
        "concat_3d_axis_negative_2": {"concat": -2},
    },
    "add": {"add": "add", "add_int8": "add", "add_uint32": "add"},
    "sub": {"sub": "subtract", "sub_int16": "subtract"},
    "mul": {"mul": "multiply", "mul_uint8": "multiply"},
    "sum": {"sum_example": "add", "sum_two_inputs": "add"},
    "mean": {"mean_example": "average", "mean_two_inputs": "average"},
    "flatten": {"flatten_axis1": "flatten", "flatten_default_axis": "flatten"},
    "transpose": {
        "transpose_all_permutations_0": {"transpose": [1, 2]},
        "transpose_all_permutations_1": {"transpose": [2, 1]},
    },
}
IMAGES = {
    "averagepool": {
        "averagepool_2d_default": {"avg_pool": {"size": 2, "stride": 1}},
        "averagepool_2d_precomputed_strides": {"avg_pool": 2},
        "averagepool_2d_precomputed_same_upper": {
            "avg_pool": {"size": 3, "stride": 2, "padding": "same"}
        },
        "averagepool_2d_same_upper": {"avg_pool": {"size": 2, "stride": 1, "padding": "same"}},
        "averagepool_2d_strides": {"avg_pool": {"size": [5, 5], "stride": [3, 3]}},
    },
    "maxpool": {
        "maxpool_2d_default": {"max_pool": {"size": 2, "stride": 1}},
        "maxpool_2d_precomputed_strides": "max_pool",
        "maxpool_2d_precomputed_same_upper": {
            "max_pool": {"size": 3, "stride": 2, "padding": "same"}
        },
        "maxpool_2d_same_upper": {"max_pool": {"size": 2, "stride": 1, "padding": "same"}},
        "maxpool_2d_strides": {"max_pool": {"size": [5, 5], "stride": [3, 3]}},
    },
}
GLOBAL = {
    "globalaveragepool": {
        "globalaveragepool": "global_avg_pool",
        "globalaveragepool_precomputed": "global_avg_pool",
    },
    "globalmaxpool": {
        "globalmaxpool": "global_max_pool",
        "globalmaxpool_precomputed": "global_max_pool",
    },
}
CONVOLUTIONS = {
    "basic_conv_with_padding": {},
    "basic_conv_without_padding": {"padding": "valid"},
    "conv_with_strides_padding": {"stride": 2},
    "conv_with_strides_no_padding": {"stride": 2, "padding": "valid"},
    "conv_with_autopad_same": {"stride": 2},
}
LAYER_NORMS = {
    "layer_normalization_default_axis": 1e-5,
    "layer_normalization_4d_axis3": 1e-5,
    "layer_normalization_2d_axis_negative_1": 1e-5,
    "layer_normalization_3d_axis2_epsilon": 0.1,
}
BATCH_NORMS = {"batchnorm_example": 1e-5, "batchnorm_epsilon": 1e-2}


def cases(table):
    return [
        pytest.param(module, name, entry, id=name)
        for module, entries in table.items()
        for name, entry in entries.items()
    ]


@pytest.mark.parametrize(("module", "name", "entry"), cases(VALUES))
def test_a_layer_of_values_agrees_with_onnx(module, name, entry):
    case = onnx_cases(module)[name]
    assert_close(output_of(entry, *case.inputs), case.outputs[0])


@pytest.mark.parametrize(("module", "name", "entry"), cases(IMAGES))
def test_pooling_agrees_with_onnx(module, name, entry):
    case = onnx_cases(module)[name]
    ours = output_of(entry, channels_last(case.inputs[0]))
    assert_close(ours, channels_last(case.outputs[0]))


@pytest.mark.parametrize(("module", "name", "entry"), cases(GLOBAL))
def test_global_pooling_agrees_with_onnx(module, name, entry):
    case = onnx_cases(module)[name]
    assert_close(output_of(entry, channels_last(case.inputs[0])), case.outputs[0][:, :, 0, 0])


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_conv2d_agrees_with_onnx(name):
    case = onnx_cases("conv")[name]
    image, kernel = case.inputs
    entry = {"conv2d": {"filters": len(kernel), **CONVOLUTIONS[name]}}
    weights = {"kernel": np.transpose(kernel, [2, 3, 1, 0])}
    ours = output_of(entry, channels_last(image), weights=weights)
    assert_close(ours, channels_last(case.outputs[0]))


@pytest.mark.parametrize("name", LAYER_NORMS)
def test_layer_norm_agrees_with_onnx(name):
    case = onnx_cases("layernormalization")[name]
    x, scale, offset = case.inputs
    entry = {"layer_norm": {"epsilon": LAYER_NORMS[name]}}
    ours = output_of(entry, x, weights={"scale": scale, "offset": offset})
    assert_close(ours, case.outputs[0])


@pytest.mark.parametrize("name", BATCH_NORMS)
def test_batch_norm_by_its_moving_averages_agrees_with_onnx(name):
    case = onnx_cases("batch_normalization")[name]
    x, *weights = case.inputs
    names = ["scale", "offset", "moving_mean", "moving_variance"]
    entry = {"batch_norm": {"epsilon": BATCH_NORMS[name]}}
    ours = output_of(entry, channels_last(x), weights=dict(zip(names, weights)))
    assert_close(ours, channels_last(case.outputs[0]))


def test_matmul_agrees_with_onnx():
    case = onnx_cases("matmul")["matmul_2d"]
    x, kernel = case.inputs
    ours = output_of({"matmul": kernel.shape[1]}, x, weights={"kernel": kernel})
    assert_close(ours, case.outputs[0])

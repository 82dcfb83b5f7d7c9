"""Layers, one family a file."""

from tfgraph.api import Layer
from tfgraph.layers.activation import (
    Elu,
    Gelu,
    LeakyRelu,
    LogSoftmax,
    Relu,
    Selu,
    Sigmoid,
    Softmax,
    Softplus,
    Swish,
    Tanh,
)
from tfgraph.layers.convolution import Conv2D, DepthwiseConv2D
from tfgraph.layers.embedding import Embedding
from tfgraph.layers.linear import Bias, Dense, MatMul, Scale
from tfgraph.layers.merge import Add, Average, Concat, Multiply, Subtract
from tfgraph.layers.noise import Corrupt, Dropout, GaussianNoise
from tfgraph.layers.normalization import BatchNorm, LayerNorm
from tfgraph.layers.pooling import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from tfgraph.layers.recurrent import GRU, LSTM, SimpleRNN
from tfgraph.layers.shape import Flatten, Reshape, Transpose
from tfgraph.layers.tied import TiedDecoder

LAYERS: list[type[Layer]] = [
    MatMul,
    Dense,
    Bias,
    Scale,
    Add,
    Subtract,
    Multiply,
    Average,
    Concat,
    Sigmoid,
    Tanh,
    Relu,
    LeakyRelu,
    Elu,
    Selu,
    Gelu,
    Swish,
    Softplus,
    Softmax,
    LogSoftmax,
    Conv2D,
    DepthwiseConv2D,
    MaxPool,
    AvgPool,
    GlobalMaxPool,
    GlobalAvgPool,
    Dropout,
    Corrupt,
    GaussianNoise,
    Flatten,
    Reshape,
    Transpose,
    BatchNorm,
    LayerNorm,
    Embedding,
    LSTM,
    GRU,
    SimpleRNN,
    TiedDecoder,
]

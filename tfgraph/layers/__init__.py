"""Layers, one family a file."""

from tfgraph.api import Layer
from tfgraph.layers.activation import LogSoftmax, Relu, Sigmoid, Softmax, Tanh
from tfgraph.layers.convolution import Conv2D
from tfgraph.layers.linear import Bias, Dense, MatMul, Scale
from tfgraph.layers.merge import Multiply
from tfgraph.layers.noise import Corrupt, Dropout
from tfgraph.layers.normalization import BatchNorm
from tfgraph.layers.pooling import MaxPool
from tfgraph.layers.recurrent import LSTM
from tfgraph.layers.shape import Flatten, Reshape
from tfgraph.layers.tied import TiedDecoder

LAYERS: list[type[Layer]] = [
    MatMul,
    Dense,
    Bias,
    Scale,
    Multiply,
    Sigmoid,
    Tanh,
    Relu,
    Softmax,
    LogSoftmax,
    Conv2D,
    MaxPool,
    Dropout,
    Corrupt,
    Flatten,
    Reshape,
    BatchNorm,
    LSTM,
    TiedDecoder,
]

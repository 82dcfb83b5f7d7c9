"""PyTorch, eager: modules, `backward`, `optimizer.step`, over tensors that lie in memory as float32."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.benchmarks.peers import RMSPROP, Arrays, Task

use_threads = torch.set_num_threads


class Training:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.step = 0
        self.x, self.y = rows(task)
        make, self.loss, optimizer = MODELS[task.model]
        self.model = make(task)
        self.own = dict(zip(task.initial, named(self.model, task.initial)))
        with torch.no_grad():
            for name, value in task.initial.items():
                self.own[name].copy_(torch.from_numpy(to_torch(name, value)))
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = optimizer(trained)
        if isinstance(self.optimizer, torch.optim.RMSprop):
            for p in trained:
                state = {"step": torch.tensor(0.0), "square_avg": torch.ones_like(p)}
                self.optimizer.state[p] = state

    def run(self, steps: int) -> None:
        for step in range(self.step, self.step + steps):
            start = self.task.at(step)
            span = slice(start, start + self.task.batch)
            self.optimizer.zero_grad()
            loss = self.loss(self.model(self.x[span]), self.y[span])
            loss.backward()
            self.optimizer.step()
        self.step += steps

    def weights(self) -> Arrays:
        return {name: from_torch(name, p.detach().numpy()) for name, p in self.own.items()}


prepare = Training


def rows(task: Task) -> tuple[torch.Tensor, torch.Tensor]:
    if task.model == "linear_regression":
        return torch.from_numpy(task.arrays["x"]), torch.from_numpy(task.arrays["y"])
    images = torch.from_numpy(task.images())
    if task.model == "cnn":
        images = images.reshape(-1, 1, 28, 28)
    labels = task.arrays.get("label")
    return images, images if labels is None else torch.from_numpy(labels.astype(np.int64))


def named(model: nn.Module, initial: Arrays) -> list[nn.Parameter]:
    """The parameters that stand for the weights of a spec, in their order."""
    found = [p for p in model.parameters() if p.requires_grad]
    assert len(found) == len(initial)
    return found


#: Where a filter's axes stand in PyTorch: out, in, height, width.
FILTER = (3, 2, 0, 1)
#: The rows of the hidden kernel behind the last feature map of the cnn, which is laid out channel
#: by channel in PyTorch, and pixel by pixel in the spec.
MAP = (4, 4, 128)


def to_torch(name: str, value: np.ndarray) -> np.ndarray:
    if value.ndim == 4:
        value = value.transpose(FILTER)
    elif name == "hidden/kernel" and value.shape[0] == np.prod(MAP):
        value = value.reshape(*MAP, -1).transpose(2, 0, 1, 3).reshape(value.shape).T
    elif name.startswith("lstm/"):
        value = with_forget_bias(value, 1.0).T if name == "lstm/bias" else value.T
        value = exchanged(value)
    elif value.ndim == 2:
        value = value.T
    return np.array(value)


def from_torch(name: str, value: np.ndarray) -> np.ndarray:
    if value.ndim == 4:
        value = value.transpose(np.argsort(FILTER))
    elif name == "hidden/kernel" and value.shape[1] == np.prod(MAP):
        height, width, channels = MAP
        kernel = value.T.reshape(channels, height, width, -1)
        value = kernel.transpose(1, 2, 0, 3).reshape(value.T.shape)
    elif name.startswith("lstm/"):
        value = exchanged(value).T
        value = with_forget_bias(value, -1.0) if name == "lstm/bias" else value
    elif value.ndim == 2:
        value = value.T
    return np.array(value)


def exchanged(value: np.ndarray) -> np.ndarray:
    """The gates i, j, f, o as PyTorch's i, f, g, o, and back."""
    i, second, third, o = np.split(value, 4)
    return np.concatenate([i, third, second, o])


def with_forget_bias(bias: np.ndarray, forget: float) -> np.ndarray:
    i, j, f, o = np.split(bias, 4)
    return np.concatenate([i, j, f + np.float32(forget), o])


class Scale(nn.Module):
    """y = weight · x."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * x


class Autoencoder(nn.Module):
    """A layer there and back through one matrix, behind a mask."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.kernel = nn.Parameter(torch.empty(500, 784))
        self.bias = nn.Parameter(torch.empty(500))
        self.decoder_bias = nn.Parameter(torch.empty(784))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = x * (torch.rand_like(x) >= self.rate)
        code = torch.sigmoid(functional.linear(seen, self.kernel, self.bias))
        return torch.sigmoid(functional.linear(code, self.kernel.T, self.decoder_bias))


class Rows(nn.Module):
    """An LSTM over the rows of an image, and a layer behind its last output.

    Its second bias, which does again what the first one does, stays 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, 28, batch_first=True)
        with torch.no_grad():
            self.lstm.bias_hh_l0.zero_().requires_grad_(False)
        self.logits = nn.Linear(28, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs, _ = self.lstm(x.reshape(-1, 28, 28))
        return self.logits(outputs[:, -1])


def linear(*sizes: int) -> nn.Linear:
    return nn.Linear(*sizes, bias=False)


def logistic_regression(task: Task) -> nn.Module:
    return linear(784, 10)


def mlp(task: Task) -> nn.Module:
    return nn.Sequential(linear(784, 625), nn.Sigmoid(), linear(625, 10))


def deep_mlp(task: Task) -> nn.Module:
    first = (linear(784, 625), nn.ReLU(), nn.Dropout(task.rate(0.5)))
    second = (linear(625, 625), nn.ReLU(), nn.Dropout(task.rate(0.5)))
    return nn.Sequential(*first, *second, linear(625, 10))


def cnn(task: Task) -> nn.Module:
    stages = [
        layer
        for before, filters in ((1, 32), (32, 64), (64, 128))
        for layer in (
            nn.Conv2d(before, filters, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.Dropout(task.rate(0.2)),
        )
    ]
    head = (linear(2048, 625), nn.ReLU(), nn.Dropout(task.rate(0.5)), linear(625, 10))
    return nn.Sequential(*stages, nn.Flatten(), *head)


def descent(rate: float) -> Callable[[Any], torch.optim.Optimizer]:
    return partial(torch.optim.SGD, lr=rate)


rmsprop = partial(
    torch.optim.RMSprop,
    lr=RMSPROP["learning_rate"],
    alpha=RMSPROP["decay"],
    eps=RMSPROP["epsilon"],
)
cross_entropy = functional.cross_entropy
squared = functional.mse_loss
sum_squared = partial(functional.mse_loss, reduction="sum")
MODELS: dict[str, tuple[Any, Any, Any]] = {
    "linear_regression": (lambda task: Scale(), squared, descent(0.01)),
    "logistic_regression": (logistic_regression, cross_entropy, descent(0.05)),
    "mlp": (mlp, cross_entropy, descent(0.05)),
    "deep_mlp": (deep_mlp, cross_entropy, rmsprop),
    "denoising_autoencoder": (
        lambda task: Autoencoder(task.rate(0.3)),
        sum_squared,
        descent(0.02),
    ),
    "lstm": (lambda task: Rows(), cross_entropy, rmsprop),
    "cnn": (cnn, cross_entropy, rmsprop),
}

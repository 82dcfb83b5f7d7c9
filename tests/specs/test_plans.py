"""Every spec in specs/ is sound, and has the shapes and the weights that arithmetic gives it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPECS = Path(__file__).parents[2] / "specs"
NAMES = sorted(str(path.relative_to(SPECS)) for path in SPECS.rglob("*.yaml"))

#: Plans the specs where TensorFlow and NumPy cannot be imported.
PLAN = """
import json, sys
from pathlib import Path

class Unimportable:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "numpy", "keras"):
            raise ImportError(f"{name} is not to be imported")

sys.meta_path.insert(0, Unimportable())
import tfgraph

found = {}
for name in sys.argv[2:]:
    plan = tfgraph.load(Path(sys.argv[1]) / name)
    found[name] = {
        "outputs": {layer.name: str(layer.output) for layer in plan.layers},
        "weights": {name: list(weight.shape) for name, weight in plan.weights.items()},
        "parameters": plan.parameters,
    }
try:
    import numpy
except ImportError:
    print(json.dumps(found))
"""

#: The output of each layer, and the number of values of each weight.
EXPECTED = {
    "tutorial/multiplication.yaml": ({"multiply_1": "[batch]"}, {}),
    "tutorial/linear_regression.yaml": ({"scale_1": "[batch]"}, {"scale_1/scale": 1}),
    "tutorial/logistic_regression.yaml": (
        {"matmul_1": "[batch, 10]"},
        {"matmul_1/kernel": 28 * 28 * 10},
    ),
    "tutorial/mlp.yaml": (
        {"hidden": "[batch, 625]", "sigmoid_1": "[batch, 625]", "logits": "[batch, 10]"},
        {"hidden/kernel": 28 * 28 * 625, "logits/kernel": 625 * 10},
    ),
    "tutorial/deep_mlp.yaml": (
        {
            "hidden": "[batch, 625]",
            "relu_1": "[batch, 625]",
            "dropout_1": "[batch, 625]",
            "hidden2": "[batch, 625]",
            "relu_2": "[batch, 625]",
            "dropout_2": "[batch, 625]",
            "logits": "[batch, 10]",
        },
        {
            "hidden/kernel": 28 * 28 * 625,
            "hidden2/kernel": 625 * 625,
            "logits/kernel": 625 * 10,
        },
    ),
    "tutorial/cnn.yaml": (
        {
            "conv": "[batch, 28, 28, 32]",
            "relu_1": "[batch, 28, 28, 32]",
            "max_pool_1": "[batch, 14, 14, 32]",
            "dropout_1": "[batch, 14, 14, 32]",
            "conv2": "[batch, 14, 14, 64]",
            "relu_2": "[batch, 14, 14, 64]",
            "max_pool_2": "[batch, 7, 7, 64]",
            "dropout_2": "[batch, 7, 7, 64]",
            "conv3": "[batch, 7, 7, 128]",
            "relu_3": "[batch, 7, 7, 128]",
            "max_pool_3": "[batch, 4, 4, 128]",
            "flatten_1": "[batch, 2048]",
            "dropout_3": "[batch, 2048]",
            "hidden": "[batch, 625]",
            "relu_4": "[batch, 625]",
            "dropout_4": "[batch, 625]",
            "logits": "[batch, 10]",
        },
        {
            "conv/kernel": 3 * 3 * 1 * 32,
            "conv2/kernel": 3 * 3 * 32 * 64,
            "conv3/kernel": 3 * 3 * 64 * 128,
            "hidden/kernel": 4 * 4 * 128 * 625,
            "logits/kernel": 625 * 10,
        },
    ),
    "tutorial/denoising_autoencoder.yaml": (
        {
            "corrupt_1": "[batch, 784]",
            "encoder": "[batch, 500]",
            "sigmoid_1": "[batch, 500]",
            "decoder": "[batch, 784]",
            "sigmoid_2": "[batch, 784]",
        },
        {"encoder/kernel": 28 * 28 * 500, "encoder/bias": 500, "decoder/bias": 28 * 28},
    ),
    "tutorial/lstm.yaml": (
        {"reshape_1": "[batch, 28, 28]", "lstm": "[batch, 28]", "logits": "[batch, 10]"},
        {
            "lstm/kernel": 28 * 4 * 28,
            "lstm/recurrent_kernel": 28 * 4 * 28,
            "lstm/bias": 4 * 28,
            "logits/kernel": 28 * 10,
            "logits/bias": 10,
        },
    ),
}


@pytest.fixture(scope="module")
def plans() -> dict[str, dict[str, object]]:
    command = [sys.executable, "-c", PLAN, str(SPECS), *NAMES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


def test_every_spec_has_its_shapes_and_weights_stated_here() -> None:
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_spec_plans_without_tensorflow_and_numpy_into_the_stated_shapes_and_weights(
    name: str, plans: dict[str, dict[str, object]]
) -> None:
    outputs, sizes = EXPECTED[name]
    plan = plans[name]
    assert plan["outputs"] == outputs
    weights = plan["weights"]
    assert isinstance(weights, dict)
    assert {weight: _size(shape) for weight, shape in weights.items()} == sizes
    assert plan["parameters"] == sum(sizes.values())


@pytest.mark.parametrize("name", NAMES)
def test_spec_says_in_a_comment_what_it_is(name: str) -> None:
    assert (SPECS / name).read_text(encoding="utf-8").startswith("# ")


def _size(shape: list[int]) -> int:
    size = 1
    for axis in shape:
        size *= axis
    return size

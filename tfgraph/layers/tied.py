"""tied_decoder: the way back through another layer's kernel."""

from __future__ import annotations

from tfgraph.api import (
    Context,
    Initializer,
    Layer,
    LayerFacts,
    LayerReference,
    ShapeError,
    Tensor,
    TensorSpec,
    Tied,
    Transposable,
    WeightSpec,
    param,
)
from tfgraph.lazy import tf


class TiedDecoder(Layer):
    """Maps back through the transposed kernel of another layer, which it does not own.

    Of a matmul or dense layer it is the product with the transposed kernel, of a conv2d layer the
    transposed convolution.

    Shape: like the other layer's output -> like its input.
    Weights: kernel, tied to the other layer's; bias [features] unless `bias` is false.
    """

    type = "tied_decoder"
    also_known_as = ("TiedWeights", "TiedDense")
    example = """
    inputs: {image: [784]}
    layers:
      - matmul: {units: 500, bias: true}
        name: encoder
      - sigmoid
      - tied_decoder: encoder
      - sigmoid
    """

    encoder: LayerReference = param(
        "The layer whose kernel is transposed.", primary=True, also=("layer", "tied_to")
    )
    bias: bool = param("Add a bias of its own.", default=True, also=("use_bias",))
    bias_init: Initializer = param(
        "First values of the bias.", default="zeros", also=("bias_initializer",)
    )

    def infer(self, y: TensorSpec) -> TensorSpec:
        layer = self.encoder.layer
        if not isinstance(layer, Transposable):
            what = layer.type if layer else "?"
            raise ShapeError(
                f"needs a layer with a kernel, and `{self.encoder.name}` is a `{what}`",
                parameter="encoder",
            )
        return layer.infer_transposed(y, self.encoder.inputs[0])

    def weights(self, y: TensorSpec) -> dict[str, WeightSpec]:
        (full_name, kernel), *_ = (
            (name, spec) for name, spec in self.encoder.weights.items() if name.endswith("/kernel")
        )
        axes = len(kernel.shape)
        swapped = (*range(axes - 2), axes - 1, axes - 2)
        found = {
            "kernel": WeightSpec(
                tuple(kernel.shape[axis] for axis in swapped),
                dtype=kernel.dtype,
                tied=Tied(full_name, swapped),
            )
        }
        if self.bias:
            features = self.infer(y).known(-1, "features")
            found["bias"] = WeightSpec((features,), self.bias_init, y.dtype)
        return found

    def build(self, y: Tensor, weights: dict[str, Tensor], ctx: Context) -> Tensor:
        layer = self.encoder.layer
        assert isinstance(layer, Transposable)
        x = layer.build_transposed(y, weights["kernel"], self.encoder.inputs[0])
        return tf.nn.bias_add(x, weights["bias"]) if self.bias else x

    def facts(self, y: TensorSpec) -> LayerFacts:
        return LayerFacts(linear=True)

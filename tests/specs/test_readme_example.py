"""The larger spec that specs/README.md shows is sound, and stands for what it says."""

import re
from pathlib import Path

import tfgraph

README = Path(__file__).parents[2] / "specs" / "README.md"
BASE = """\
tfgraph: 1
data: mnist
layers: [flatten]
loss: softmax_cross_entropy
optimizer: adam
"""


def test_the_larger_spec_stands_for_three_residual_blocks(tmp_path):
    (example,) = re.findall(
        r"## Larger specs\n\n```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(example, encoding="utf-8")
    settings = {"vars.width": 32, "layers.conv2d_1.conv2d.bias": True}
    plan = tfgraph.load(tmp_path / "spec.yaml", set=settings)
    assert "residual_3.body/kernel" in plan.weights
    assert plan.weights["conv2d_1/bias"].shape == (32,)
    assert plan.outputs == ("dense_1",)

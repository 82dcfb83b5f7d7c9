from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Caller

LINE = """\
tfgraph: 1
data: {linear: {points: 64}}
layers:
  - scale: zeros
loss: squared_error
optimizer: {gradient_descent: 0.1}
metrics: [mean_absolute_error]
train: {epochs: 3, batch_size: 16}
"""


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Caller:
    """Calls commands in an empty folder that holds `line.yaml` alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.yaml").write_text(LINE)
    return Caller(capsys)

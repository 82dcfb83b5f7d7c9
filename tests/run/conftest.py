"""Fixtures of runs that are cut into small calls, and of one that was never stopped."""

from __future__ import annotations

import pytest

import tfgraph
from tests.run.runs import DATA, TEXT, digest


@pytest.fixture
def small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfgraph.run.trainer.SECONDS_PER_CALL", 0.0)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("straight") / "r"
    tfgraph.train(tfgraph.loads(TEXT), path, DATA)
    return digest(path)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.transcripts import REFRESH, command_of, paths, transcript


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_a_command_prints_what_its_transcript_says(path: Path) -> None:
    golden = path.read_text(encoding="utf-8")
    assert transcript(command_of(path)) == golden, f"if it is better now: {REFRESH}"

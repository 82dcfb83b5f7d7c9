"""Distributions for the tests: those of a README really installed, small ones laid out by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def files_of(readme: Path) -> dict[str, str]:
    """The code blocks of a README that stand under the name of a file, by that name."""
    return dict(_FILE.findall(readme.read_text(encoding="utf-8")))


def pip_install(source: Path, target: Path) -> None:
    """Install the package in `source` into the folder `target`, without a network."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", target]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, source],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def lay_out(
    folder: Path, distribution: str, plugin: str, source: str, version: str = "1.0"
) -> None:
    """Put a distribution of one module into `folder`, as pip would have."""
    module = distribution.replace("-", "_")
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    entry_points = f"[tfgraph]\n{plugin} = {module}\n"
    (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")


def python(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own that finds the distributions in `folder`."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )

"""What a dataset promises: the arrays it loads are those its fields and splits declare."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Dataset, Field
from tfgraph.lazy import np
from tfgraph.registry import Registry
from tfgraph.testing.case import Case, require


def check_dataset(case: Case, registry: Registry, random: Any) -> None:
    """Load every split twice and compare with what is declared."""
    dataset = case.component(registry, "dataset")
    assert isinstance(dataset, Dataset)
    fields, splits, target = dataset.fields(), dataset.splits(), dataset.target()
    require(set(dataset.inputs()) <= set(fields), f"has inputs that are no fields of {set(fields)}")
    require(target is None or target in fields, f"has a target that is no field: `{target}`")
    require(splits, "has no splits")
    for split, size in splits.items():
        arrays, again = (dataset.load(split, seed=1) for _ in range(2))
        require(
            set(arrays) == set(fields),
            f"declares the fields {sorted(fields)} and loads {sorted(arrays)}",
        )
        for name, declared in fields.items():
            check_array(f"`{name}` of {split}", arrays[name], declared, size)
            require(np.array_equal(arrays[name], again[name]), f"loads two different `{name}`")


def check_array(what: str, array: Any, field: Field, size: int) -> None:
    """An array's shape, dtype and values are what the field declares."""
    spec = field.stored_spec
    require(len(array) == size, f"declares {size} examples, and {what} has {len(array)}")
    fits = len(array.shape) == spec.rank and all(
        wanted in (None, found) for wanted, found in zip(spec.shape, array.shape)
    )
    require(
        fits and str(array.dtype) == spec.dtype,
        f"declares {what} as {spec} and loads {list(array.shape)} of {array.dtype}",
    )
    if field.classes is not None:
        require(
            array.min() >= 0 and array.max() < field.classes,
            f"declares {field.classes} classes, and {what} runs to {array.max()}",
        )
    require(np.all(np.isfinite(array)), f"loads values of {what} that are not finite")

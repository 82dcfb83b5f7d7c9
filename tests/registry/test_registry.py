"""From names to types: what plugins may return, and what is said of those that do otherwise."""

import hashlib
from types import ModuleType

import pytest

import tfgraph
import tfgraph.builtins
from tfgraph.api import Initializer, Layer, Loss, hookimpl, param
from tfgraph.errors import PluginError
from tfgraph.registry import Plugin, Registry, load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.registry.registry import RESERVED
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, METRIC_SIBLINGS

BUILTINS = {Plugin("builtins", "tfgraph"): tfgraph.builtins}
MINE = Plugin("mine", "mine-dist 1.0")


class Same(Layer):
    """Its input."""

    type = "same"

    def infer(self, x):
        return x


def plugin(**hooks):
    """A plugin module whose hooks return what is given, or raise it."""
    module = ModuleType("mine")
    for name, returned in hooks.items():

        def hook(returned=returned):
            if isinstance(returned, Exception):
                raise returned
            return returned

        hook.__name__ = name
        hook.__defaults__ = (returned,)
        setattr(module, name, hookimpl(hook))
    return module


def typed(name, base=Layer, **attributes):
    return type("Odd", (base,), {"type": name, "infer": lambda self, x: x, **attributes})


def registry_with(module):
    return Registry({**BUILTINS, MINE: module})


def test_the_built_in_types_come_through_the_hooks():
    registry = load_registry()
    for kind, (hook, base) in COMPONENT_HOOKS.items():
        returned = getattr(tfgraph.builtins, hook)()
        assert {component.type for component in returned} <= set(registry.types(kind))
        for component in returned:
            assert issubclass(component, base)
            assert registry.types(kind)[component.type] is component
            assert registry.owner(kind, component.type) == Plugin("builtins", "tfgraph")


def test_without_the_plugin_of_the_built_ins_there_is_no_type():
    assert all(not Registry({}).types(kind) for kind in COMPONENT_HOOKS)


def test_a_type_of_a_plugin_is_used_like_one_of_ours():
    registry = registry_with(plugin(tfgraph_layers=[Same, typed("mine.other")]))
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [same, mine.other, relu]\n"
    plan = tfgraph.loads(text, registry=registry)
    assert [layer.name for layer in plan.layers] == ["same_1", "mine.other_1", "relu_1"]
    assert registry.owner("layer", "same") == MINE


@pytest.mark.parametrize("returned", [(Same,), iter([Same]), {Same}])
def test_a_hook_may_return_any_iterable(returned):
    assert "same" in registry_with(plugin(tfgraph_layers=returned)).types("layer")


@pytest.mark.parametrize("thing", [Same(), "same", None, 3, Loss, typed("same", Loss), dict])
def test_what_is_no_subclass_of_its_kind_is_refused_with_the_plugin_named(thing):
    with pytest.raises(PluginError) as caught:
        registry_with(plugin(tfgraph_layers=[thing]))
    assert caught.value.message == (
        f"`tfgraph_layers` of plugin `mine` (mine-dist 1.0) returned {thing!r}, "
        "not a subclass of Layer"
    )


@pytest.mark.parametrize(
    "name", [None, 3, "", "Same", "2same", "a-b", "a.b.c", ".a", "a.", *RESERVED]
)
def test_a_bad_name_of_a_type_is_refused(name):
    with pytest.raises(PluginError) as caught:
        registry_with(plugin(tfgraph_layers=[typed(name)]))
    assert caught.value.message.endswith(f"Odd.type is {name!r}")
    assert "lower-case" in caught.value.help


def test_a_layer_without_a_type_of_its_own_is_refused():
    with pytest.raises(PluginError, match=r"Layer\.type is None"):
        registry_with(plugin(tfgraph_layers=[Layer]))


def test_what_may_stand_beside_a_type_cannot_be_one():
    assert {*LAYER_SIBLINGS, *LOSS_SIBLINGS, *METRIC_SIBLINGS} <= set(RESERVED)


def test_a_type_of_ours_is_not_replaced_and_both_owners_are_named():
    with pytest.raises(PluginError) as caught:
        registry_with(plugin(tfgraph_layers=[typed("relu")]))
    assert caught.value.message == (
        "two plugins add the layer `relu`: `builtins` (tfgraph) and `mine` (mine-dist 1.0)"
    )


def test_one_name_may_stand_for_types_of_two_kinds():
    registry = registry_with(plugin(tfgraph_losses=[typed("relu", Loss)]))
    assert registry.types("loss")["relu"] is not registry.types("layer")["relu"]


def test_a_plugin_that_returns_a_type_twice_is_told_so():
    with pytest.raises(PluginError, match=r"\(mine-dist 1.0\) returned two types `same`"):
        registry_with(plugin(tfgraph_layers=[Same, Same]))


@pytest.mark.parametrize(
    ("hooks", "reason"),
    [
        ({"tfgraph_layers": Same}, "`tfgraph_layers`: TypeError: 'type' object is not iterable"),
        ({"tfgraph_layers": ImportError("no x")}, "`tfgraph_layers`: ImportError: no x"),
        (
            {"tfgraph_layer": [Same]},
            "there is no hook `tfgraph_layer`: did you mean `tfgraph_layers`?",
        ),
    ],
)
def test_a_hook_that_fails_makes_a_failed_plugin_and_stops_nobody_else(hooks, reason):
    registry = registry_with(plugin(**hooks))
    (failed,) = registry.failed
    assert str(failed) == f"plugin `mine` of mine-dist 1.0 failed to load: {reason}"
    assert "relu" in registry.types("layer")
    text = "tfgraph: 1\ninputs: {x: [4]}\nlayers: [relu, same]\n"
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text, registry=registry)
    assert caught.value.diagnostics[0].notes == (str(failed),)


def test_a_hook_that_asks_for_more_than_there_is_makes_a_failed_plugin():
    module = ModuleType("mine")

    @hookimpl
    def tfgraph_layers(spec):
        return []

    module.tfgraph_layers = tfgraph_layers
    (failed,) = registry_with(module).failed
    assert "{'spec'}" in failed.reason


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"size": param("A size.")}, "the parameter `size` has no annotation"),
        ({"size": param("A."), "__annotations__": {"size": "Nowhere"}}, "name 'Nowhere' is not"),
        ({"size": param("A."), "__annotations__": {"size": dict}}, "which no spec can hold"),
        ({"size": param("A."), "__annotations__": {"size": tuple[int, str]}}, "no spec can hold"),
    ],
)
def test_a_parameter_that_no_spec_can_give_is_refused(attributes, problem):
    with pytest.raises(PluginError, match=problem):
        registry_with(plugin(tfgraph_layers=[typed("odd", **attributes)]))


SOURCE = """
from tfgraph.api import Layer, hookimpl, param

class Twice(Layer):
    \"\"\"Twice its input.\"\"\"
    type = "twice"
    def infer(self, x):
        return x

@hookimpl
def tfgraph_layers():
    return [Twice]
"""


def test_a_file_is_a_plugin(tmp_path):
    path = tmp_path / "my_layers.py"
    path.write_text(SOURCE)
    registry = load_registry([str(path)])
    sha256 = hashlib.sha256(SOURCE.encode()).hexdigest()
    assert registry.owner("layer", "twice") == Plugin("my_layers", str(path), sha256)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import nothing_like_it", "ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("def (", "SyntaxError"),
        (SOURCE.replace("[Twice]", "1 / 0"), "`tfgraph_layers`: ZeroDivisionError"),
        (SOURCE.replace("tfgraph_layers", "tfgraph_layer"), "there is no hook `tfgraph_layer`"),
    ],
)
def test_a_file_that_fails_is_an_error_that_names_it(tmp_path, source, problem):
    path = tmp_path / "bad_layers.py"
    path.write_text(source)
    with pytest.raises(PluginError) as caught:
        load_registry([str(path)])
    assert str(path) in caught.value.message
    assert "failed to load" in caught.value.message
    assert problem in caught.value.message


def test_a_file_that_is_not_there_or_no_python_is_an_error(tmp_path):
    with pytest.raises(PluginError, match=r"nowhere\.py` does not exist"):
        load_registry([str(tmp_path / "nowhere.py")])
    text = tmp_path / "plugin.txt"
    text.write_text("")
    with pytest.raises(PluginError, match="is not a Python file"):
        load_registry([str(text)])


def test_defaults_are_made_components_and_unknown_names_are_left():
    registry = load_registry()
    matmul = registry.types("layer")["matmul"]
    completed = registry.with_defaults(matmul, {"units": 3, "bias_init": {"constant": 2}})
    assert completed["units"] == 3
    assert completed["bias"] is False
    assert completed["init"] == registry.create("initializer", {"normal": 0.01})
    assert completed["bias_init"] == registry.create("initializer", 2)
    assert registry.with_defaults(matmul, {"unts": 3})["unts"] == 3
    assert "units" not in registry.with_defaults(matmul, {})


def test_a_component_is_created_from_an_entry_in_any_form():
    create = load_registry().create
    assert (
        create("layer", "relu") == create("layer", {"relu": None}) == create("layer", {"relu": {}})
    )
    assert create("layer", {"dropout": 0.5}) == create("layer", {"dropout": {"rate": 0.5}})
    assert create("schedule", 0.5) == create("schedule", {"constant": 0.5})
    assert isinstance(create("initializer", "zeros"), Initializer)
    with pytest.raises(KeyError):
        create("layer", "nothing")
    with pytest.raises(TypeError, match="layer `flatten` has no primary parameter"):
        create("layer", {"flatten": 3})

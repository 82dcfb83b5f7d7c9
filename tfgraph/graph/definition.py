"""Definition: a graph as bytes that depend on spec and versions alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def graph_definition(concrete: Any) -> bytes:
    """The GraphDef of a ConcreteFunction, its functions renamed by their order of use.

    TensorFlow numbers the functions it makes with a counter of the process, in their names and
    in the names of some arguments: the same graph built twice would differ in them.
    """
    from google.protobuf import text_format

    graph_def = concrete.graph.as_graph_def()
    for function in graph_def.library.function:
        _name_captured(function)
    bodies = {function.signature.name: function for function in graph_def.library.function}
    order: dict[str, str] = {}
    _walk(graph_def.node, bodies, order)
    for name in sorted(bodies):
        order.setdefault(name, f"{_stem(name)}_{len(order)}")
    if order:
        names = "|".join(re.escape(name) for name in sorted(order, key=len, reverse=True))
        pattern = re.compile(rf"(?<![A-Za-z0-9])({names})(?!\d)")
        text = text_format.MessageToString(graph_def)
        text = pattern.sub(lambda match: order[match[1]], text)
        graph_def = text_format.Parse(text, type(graph_def)())
        functions = sorted(graph_def.library.function, key=lambda f: f.signature.name)
        del graph_def.library.function[:]
        graph_def.library.function.extend(functions)
    data: bytes = graph_def.SerializeToString(deterministic=True)
    return data


def _name_captured(function: Any) -> None:
    """Name the arguments that stand for what the function captured by their place.

    TensorFlow names some by the number of the tensor in the process.
    """
    renamed = {}
    for place, attributes in function.arg_attr.items():
        said = attributes.attr["_user_specified_name"].s if attributes.attr else b""
        if not said.isdigit():
            continue
        argument = function.signature.input_arg[place]
        name = f"{argument.name.removesuffix(said.decode())}captured_{place}"
        renamed[argument.name] = name
        argument.name = name
        attributes.attr["_user_specified_name"].s = f"captured_{place}".encode()
    for node in function.node_def:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for key, name in function.ret.items():
        function.ret[key] = renamed.get(name, name)


def _walk(nodes: Iterable[Any], bodies: dict[str, Any], order: dict[str, str]) -> None:
    for node in nodes:
        for name in _called(node):
            if name in bodies and name not in order:
                order[name] = f"{_stem(name)}_{len(order)}"
                _walk(bodies[name].node_def, bodies, order)


def _called(node: Any) -> Iterable[str]:
    yield node.op
    for key in sorted(node.attr):
        value = node.attr[key]
        if value.func.name:
            yield value.func.name
        for function in value.list.func:
            yield function.name


def _stem(name: str) -> str:
    return re.sub(r"_\d+$", "", name).lstrip("_") or "function"

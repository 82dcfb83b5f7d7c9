"""A graph's definition depends on the spec and on nothing of the process that made it."""

import hashlib
import subprocess
import sys

import pytest
import tensorflow as tf

import tfgraph

SPEC = """\
tfgraph: 1
inputs: {x: [8, 8, 1], y: {shape: [], dtype: int32, classes: 3}}
layers:
  - conv2d: {filters: 2, kernel_size: 3}
    from: x
    name: hidden
  - batch_norm
  - relu
  - dropout: 0.5
  - flatten
  - matmul: {units: 3, l2: 0.1}
loss: {softmax_cross_entropy: , target: y}
optimizer: {adam: {learning_rate: {exponential: {initial: 0.1, decay_rate: 0.5, decay_steps: 10}}}}
metrics: [{accuracy: , target: y}]
"""
FUNCTIONS = ["predict", "evaluate", "train"]


def build(text=SPEC):
    return tfgraph.build(tfgraph.loads(text))


def definitions(graph):
    return {name: graph.graph_def(name) for name in FUNCTIONS}


@pytest.fixture(scope="module")
def first():
    return definitions(build())


def test_two_graphs_of_one_process_are_equal_byte_for_byte(first):
    build("tfgraph: 1\ninputs: {x: [3]}\nlayers: [{matmul: 3}]\n").predict(x=[[1, 2, 3]])
    assert definitions(build()) == first


def test_two_processes_of_different_hash_seeds_make_equal_bytes(first):
    code = (
        "import hashlib, sys, tfgraph\n"
        "graph = tfgraph.build(tfgraph.loads(sys.argv[1]))\n"
        "if sys.argv[2] == 'late': graph.train, graph.evaluate, graph.predict\n"
        f"for name in {FUNCTIONS}:\n"
        "    print(hashlib.sha256(graph.graph_def(name)).hexdigest())\n"
    )
    ours = [hashlib.sha256(definition).hexdigest() for definition in first.values()]
    for seed, order in (("1", "early"), ("2", "late")):
        done = subprocess.run(
            [sys.executable, "-c", code, SPEC, order],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "", "PYTHONHASHSEED": seed},
        )
        assert done.stdout.split() == ours, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("filters: 2", "filters: 3", []),
        ("hidden", "visible", []),
        ("dropout: 0.5", "dropout: 0.4", ["predict", "evaluate"]),
        ("l2: 0.1", "l2: 0.2", ["predict"]),
        ("initial: 0.1", "initial: 0.2", ["predict", "evaluate"]),
        ("adam:", "nadam:", ["predict", "evaluate"]),
        ("accuracy: ,", "top_k_accuracy: 2,", ["predict", "train"]),
    ],
)
def test_another_spec_makes_other_bytes_where_it_differs(first, old, new, same):
    assert old in SPEC
    changed = definitions(build(SPEC.replace(old, new)))
    assert [name for name in FUNCTIONS if changed[name] == first[name]] == same


def test_comments_and_spelling_change_nothing(first):
    text = "# a comment\n" + SPEC.replace("relu", "relu: {}").replace("rate: 0.5", "rate: 5e-1")
    assert definitions(build(text)) == first


def test_the_bytes_are_a_graph_that_tensorflow_reads(first):
    for definition in first.values():
        graph_def = tf.compat.v1.GraphDef.FromString(definition)
        names = [function.signature.name for function in graph_def.library.function]
        assert names == sorted(set(names))
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(graph_def, name="")
        placeholders = {op.name for op in graph.get_operations() if op.type == "Placeholder"}
        assert "x" in placeholders

"""TensorFlow and NumPy are loaded when they are used, and prepared before that."""

import subprocess
import sys


def run(code, **environment):
    """What a fresh interpreter prints, without the caller's environment."""
    kept = {"PATH": "", "HOME": "/nonexistent", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=kept
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_the_package_imports_nothing_heavy():
    code = """
import sys
import tfgraph, tfgraph.api, tfgraph.builtins, tfgraph.registry, tfgraph.spec, tfgraph.cli
heavy = {"tensorflow", "numpy", "keras", "h5py", "click", "rich"}
print(*sorted(heavy & set(sys.modules)))
"""
    assert run(code) == []


def test_the_first_attribute_loads_the_module():
    code = """
import sys
from tfgraph.lazy import np
print("numpy" in sys.modules, repr(np), np.int64(3) + 1, "numpy" in sys.modules)
"""
    assert run(code) == ["False", "<lazy", "module", "numpy>", "4", "True"]


def test_tensorflow_is_prepared_before_it_loads_and_what_the_user_set_stays():
    code = """
import os
from tfgraph.lazy import tf
tf.constant(1)
print(os.environ["TF_ENABLE_ONEDNN_OPTS"], os.environ["TF_CPP_MIN_LOG_LEVEL"])
"""
    assert run(code) == ["1", "2"]
    assert run(code, TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="3") == ["0", "3"]


def test_no_garbage_is_collected_while_a_library_loads():
    code = """
import gc
from tfgraph.lazy import np
passes = []
gc.callbacks.append(lambda phase, info: passes.append(info["generation"]))
np.int64
print(len(passes), gc.isenabled(), gc.get_freeze_count(), len(gc.get_objects(0)) < 1000)
"""
    assert run(code) == ["0", "True", "0", "True"]


def test_the_collector_is_left_as_the_user_has_it():
    code = """
import gc
from tfgraph.lazy import np
gc.disable()
gc.freeze()
kept = gc.get_freeze_count()
np.int64
print(gc.isenabled(), 0 < gc.get_freeze_count() <= kept)
"""
    assert run(code) == ["False", "True"]


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    code = """
import tfgraph
try:
    tfgraph.nothing
except AttributeError as error:
    print(str(error).replace(" ", "-"))
"""
    assert run(code) == ["module-'tfgraph'-has-no-attribute-'nothing'"]

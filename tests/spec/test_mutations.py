"""A thousand single mistakes: shown where they were made, with the word that was meant."""

import pytest

from tests.spec.goldens import REGISTRY as BUILTINS
from tests.spec.mutations import Mutator, Tally, diagnosed, good_specs
from tfgraph.registry import load_registry

EACH = 130


@pytest.fixture(scope="module")
def tallies():
    registry = load_registry()
    assert BUILTINS is not registry
    found = {}
    mutators = [Mutator(text, registry, name) for name, text in good_specs().items()]
    for kind in mutators[0].mutants():
        tally = found[kind] = Tally()
        seen = set()
        for attempt in range(60 * EACH):
            if tally.made == EACH:
                break
            mutant = mutators[attempt % len(mutators)].mutants()[kind]()
            if mutant is None or mutant.text in seen:
                continue
            seen.add(mutant.text)
            problems = [d for d in diagnosed(mutant.text, registry) if d.severity == "error"]
            if not problems:
                assert not mutant.meant, f"{mutant.wrote} for {mutant.meant} is taken"
                continue  # what was changed is still a sound spec
            tally.made += 1
            if mutant.on_token(problems[0]):
                tally.placed += 1
            else:
                tally.misses.append((mutant, problems))
            if mutant.meant:
                help = " ".join(problem.help for problem in problems)
                tally.meant += f"`{mutant.meant}`?" in help
                tally.misled += "did you mean" in help and f"`{mutant.meant}`" not in help
    return found


def table(tallies):
    lines = [f"{'mistake':20} {'made':>5} {'on it':>7} {'meant':>7} {'misled':>7}"]
    for kind, tally in tallies.items():
        placed = tally.placed / tally.made
        words = (
            f"{tally.meant / tally.made:7.1%} {tally.misled / tally.made:7.1%}"
            if kind.startswith("misspelt")
            else ""
        )
        lines.append(f"{kind:20} {tally.made:5} {placed:7.1%} {words}")
    return "\n".join(lines)


def test_the_first_diagnostic_stands_on_the_mistake(tallies, capsys):
    made = sum(tally.made for tally in tallies.values())
    placed = sum(tally.placed for tally in tallies.values())
    with capsys.disabled():
        print(f"\n{table(tallies)}\n{made} mistakes, {placed / made:.1%} shown where they stand")
    assert made >= 1000
    assert placed / made >= 0.95


def test_the_word_that_was_meant_is_suggested_and_hardly_ever_another(tallies):
    words = [tally for kind, tally in tallies.items() if kind.startswith("misspelt")]
    made = sum(tally.made for tally in words)
    assert sum(tally.meant for tally in words) / made >= 0.90
    assert sum(tally.misled for tally in words) / made <= 0.01


TEN = """\
tfgraph: 1
nam: ten                                      # 1
vars: {width: 16, depth: $(width / 0)}        # 2
data: {mnist: {flaten: true}}                 # 3
layers:
  - matmul: {units: many}                     # 4
  - reluu                                     # 5
  - matmul: -3                                # 6
    nmae: hidden                              # 7
  - dropout: $rate                            # 8
  - matmul: $depth
loss: softmax_cross_entropi                   # 9
optimizer: {adam: {beta1: 2}}                 # 10
train: {epochs: 3}
"""
#: Ten of all stages: of YAML, of the language, of values, of names, of shapes.
TEN_OF_ALL = """tfgraph: 1
inputs: {image: [28, 28, 1], label: {shape: [], dtype: int32, classes: 10}}
blocks:
  twice:
    params: {units: null}
    layers: [{dense: $units}, relu, {dense: $unit}]   # 1
layers:
  - conv2d: {filters: 8, kernel_size: 3               # 2
    from: image
  - max_pool: 40                                      # 3
    name: pooled
    from: image
  - flatten
  - twice: {units: 32, unts: 3}                       # 4
  - dense 64                                          # 5
  - dropout: 1.5                                      # 6
  - dense: 10
    name: logits
    share: hiden                                      # 7
loss: {softmax_cross_entropy: , target: labl}         # 8
optimizer: {adam: {learning_rate: 0.01}}}             # 9
train:
  epochs: ten                                         # 10
"""


@pytest.mark.parametrize("text", [TEN, TEN_OF_ALL], ids=["of the language", "of all stages"])
def test_ten_mistakes_in_one_file_are_told_in_one_run(text):
    made = {n for n, line in enumerate(text.splitlines(), 1) if "# " in line}
    problems = [d for d in diagnosed(text, load_registry()) if d.severity == "error"]
    reported = {problem.span.line for problem in problems}
    follow_on = [problem for problem in problems if problem.span.line not in made]
    assert len(made) == 10
    assert len(made & reported) >= 9
    assert len(problems) - len(made & reported) <= 1, follow_on

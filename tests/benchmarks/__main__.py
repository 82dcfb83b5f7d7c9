"""The benchmarks: `python -m tests.benchmarks SUBJECT`.

Each prints its tables. With `--record` it also writes them into README.md, the data beside it as
JSON, and the picture: on a quiet machine only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.benchmarks import costs, costs_shown, page, picture, profile, shown, training, validate
from tests.benchmarks.peers import MODULES, TURNS
from tests.benchmarks.workers import installed


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and record where asked to; 1 where a peer has learnt less."""
    found = parser()
    options = found.parse_args(arguments)
    if options.record and set(getattr(options, "models", TURNS)) != set(TURNS):
        found.error("what is recorded is the result of all models")
    return options.call(options)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    subjects = found.add_subparsers(required=True, metavar="SUBJECT")
    one = subjects.add_parser("validate", help="how soon an answer is there")
    one.set_defaults(call=run_validate)
    common(one, rounds=15)
    one = subjects.add_parser("training", help="a training step beside that of others")
    one.set_defaults(call=run_training)
    common(one, rounds=7)
    one.add_argument("--models", nargs="+", choices=TURNS, default=list(TURNS))
    peers(one)
    one = subjects.add_parser("profile", help="where the time of a training step goes")
    one.set_defaults(call=run_profile)
    common(one, rounds=5)
    one.add_argument("--models", nargs="+", choices=TURNS, default=list(TURNS))
    one = subjects.add_parser("costs", help="starts, deep models, memory, predictions")
    one.set_defaults(call=run_costs)
    common(one, rounds=5)
    peers(one)
    return found


def peers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--peers",
        nargs="+",
        choices=installed(MODULES),
        default=installed(MODULES),
        help="default: those that are installed; those that it cannot do without are always there",
    )


def common(parser: argparse.ArgumentParser, rounds: int) -> None:
    parser.add_argument("--rounds", type=several, default=rounds, help=f"default: {rounds}")
    parser.add_argument("--record", action="store_true", help="write the result into this folder")


def several(text: str) -> int:
    """A number of rounds that has quartiles."""
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2 rounds")
    return number


def run_validate(options: argparse.Namespace) -> int:
    result = validate.record(validate.measure(options.rounds))
    print(validate.table(result["results"]))
    if options.record:
        page.record("validate", result, validate.text(result))
    return 0


def run_training(options: argparse.Namespace) -> int:
    peers = list(dict.fromkeys(["tfgraph", *options.peers]))
    result = training.measure(options.models, peers, options.rounds)
    shown.print_tables([shown.times(result), shown.ratios(result, ""), shown.losses(result)])
    print(shown.compiled(result))
    for sentence in training.missed(result["results"]):
        print(f"missed: {sentence}")
    less = training.learnt_less(result["results"])
    if less:
        print(f"losses differ: {'; '.join(less)}", file=sys.stderr)
    elif options.record:
        page.record("training", result, shown.text(result))
        (page.HERE / "training.svg").write_text(picture.svg(result), encoding="utf-8")
    return 1 if less else 0


def run_profile(options: argparse.Namespace) -> int:
    result = profile.measure(options.models, options.rounds)
    shown.print_tables([profile.table(result)])
    if options.record:
        page.record("profile", result, profile.text(result))
    return 0


def run_costs(options: argparse.Namespace) -> int:
    peers = list(dict.fromkeys(["tfgraph", "keras", *options.peers]))
    result = costs.measure(peers, options.rounds)
    shown.print_tables(costs_shown.tables(result["results"]))
    for sentence in costs_shown.missed(result["results"]):
        print(f"missed: {sentence}")
    if options.record:
        page.record("costs", result, costs_shown.text(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())

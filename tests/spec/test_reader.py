"""Text to nodes: YAML 1.2's scalars, every node's place, and limits that hold whatever comes."""

import math
import time

import pytest

from tfgraph.diagnostics import Source
from tfgraph.spec.composer import MAX_DEPTH, MAX_NODES
from tfgraph.spec.nodes import Mapping, Scalar, Sequence, not_finite, plain
from tfgraph.spec.reader import MAX_CHARACTERS, decode, read


def sound(text):
    node, problems, _ = read(Source("spec.yaml", text))
    assert problems == []
    return node


def problem(text):
    """The one diagnostic of a text, and the line from its place on."""
    source = Source("spec.yaml", text)
    (found,) = read(source).diagnostics
    return found, source.line(found.span.line)[found.span.column - 1 :]


def nodes(node):
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from nodes(item)
    if isinstance(node, Mapping):
        for key, value in node:
            yield key
            yield from nodes(value)


# The table of https://yaml.org/spec/1.2.2/#103-core-schema, and what YAML 1.1 reads otherwise.
SCALARS = {
    "null": None,
    "~": None,
    "Null": None,
    "true": True,
    "TRUE": True,
    "False": False,
    "no": "no",
    "yes": "yes",
    "on": "on",
    "y": "y",
    "0": 0,
    "+12": 12,
    "-0": 0,
    "010": 10,
    "08": 8,
    "0o17": 15,
    "-0o17": "-0o17",
    "0x1F": 31,
    "0b1": "0b1",
    "1_000": "1_000",
    "12:30": "12:30",
    "2001-01-01": "2001-01-01",
    "1e-3": 0.001,
    "1E3": 1000.0,
    "1.": 1.0,
    ".5": 0.5,
    "-1.5e+3": -1500.0,
    "+.INF": math.inf,
    "-.inf": -math.inf,
    "inf": "inf",
    "nan": "nan",
    "1e": "1e",
    ".": ".",
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    '"1"': "1",
    "'null'": "null",
    '""': "",
    "''": "",
    '"\\u00e9"': "é",
    "=": "=",
    "<<": "<<",
}


@pytest.mark.parametrize("text", SCALARS)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text):
    (value,) = plain(sound(f"[{text}]"))
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


def test_not_a_number_is_a_float():
    assert all(math.isnan(value) for value in plain(sound("[.nan, .NaN, .NAN]")))


def test_an_empty_value_is_null_and_a_block_is_a_string():
    assert plain(sound("a:\nb: |\n  1\nc: >-\n  2\n")) == {"a": None, "b": "1\n", "c": "2"}


def test_every_node_stands_where_the_text_has_it():
    text = "é: [ä, \"ö\", {日本: 1}]\nb:\n  - 10\n  - c: 'x'\n    ß:\t\tfalse\n"
    for break_ in ("\n", "\r\n", "\r"):
        source = Source("spec.yaml", text.replace("\n", break_))
        node, problems, _ = read(source)
        assert problems == []
        for scalar in (found for found in nodes(node) if isinstance(found, Scalar)):
            span = scalar.span
            assert span.line == span.end_line
            written = source.line(span.line)[span.column - 1 : span.end_column - 1]
            assert plain(sound(f"[{written}]")) == [scalar.value]


def test_a_collection_spans_from_its_first_character_to_its_last():
    node = sound("a: [1,\n  2]\nb: {c: 3}")
    sequence, mapping = node.get("a").span, node.get("b").span
    assert (sequence.line, sequence.column, sequence.end_line, sequence.end_column) == (1, 4, 2, 5)
    assert (mapping.line, mapping.column, mapping.end_line, mapping.end_column) == (3, 4, 3, 10)


def test_an_alias_is_the_value_that_its_anchor_names():
    assert plain(sound("a: &a {b: 1}\nc: [*a, *a]")) == {"a": {"b": 1}, "c": [{"b": 1}] * 2}


def test_merge_keys_give_way_to_the_keys_beside_them():
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd: {'<<': 4}"
    node = plain(sound(text))
    assert node["c"] == {"x": 3, "y": 1, "z": 2}
    assert node["d"] == {"<<": 4}


def test_a_byte_order_mark_and_the_end_of_a_document_are_no_part_of_it():
    source, problems = decode(b"\xef\xbb\xbfa: 1\n...\n", "spec.yaml")
    assert problems == []
    assert plain(read(source).node) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: [1, 2", "TG101", "["),
        ("a: 'x", "TG101", "'"),
        ("a:\n\t- b", "TG101", "\t"),
        ("a: b: c", "TG101", ":"),
        ("a: @b", "TG101", "@"),
        ('a: "\\q"', "TG101", "\\"),
        ('a: "\\ud800"', "TG101", "d"),
        ("", "TG101", ""),
        ("a: 1\n---\nb: 2", "TG101", "---"),
        ("[" * 200_000, "TG102", "["),
        ("{" * 200_000, "TG102", "{"),
        ("- " * 100_000, "TG102", "- - "),
        ("? " * 100_000, "TG102", "? ? "),
        ("[" + "1, " * MAX_NODES + "]", "TG102", "1"),
        ("a: 1\nb: 2\na: 3", "TG103", "a"),
        ("a: !!str b", "TG104", "!!str b"),
        ("a: !<tag:yaml.org,2002:str> b", "TG104", "!<tag:yaml.org,2002:str> b"),
        ("a: !local [b]", "TG104", "!local [b]"),
        ("a: ! b", "TG104", "! b"),
        ("a: \0", "TG105", "\0"),
        ("a: \x07", "TG105", "\x07"),
        ("a: \x85b", "TG105", "\x85"),
        ("a: \u2028b", "TG105", "\u2028"),
        ("a: \u202eb", "TG105", "\u202e"),
        ("a: \u2066b", "TG105", "\u2066"),
        ("a: \ufeffb", "TG105", "\ufeff"),
        ("a: \uffff", "TG105", "\uffff"),
        ("a: \ud800", "TG105", "\ud800"),
        ("a: 1\r\rb: \x0b", "TG105", "\x0b"),
        ("1: a", "TG106", "1"),
        ("null: a", "TG106", "null"),
        ("true: a", "TG106", "true"),
        ("? [a, b]\n: c", "TG106", "[a, b]"),
        ("{{a: b}: c}", "TG106", "{a: b}"),
        ("a: *b", "TG107", "*b"),
        ("a: &a [*a]", "TG107", "*a"),
        ("a: {<<: 1}", "TG107", "1"),
        ("a: 9223372036854775808", "TG108", "9223372036854775808"),
        ("a: 0x8000000000000000", "TG108", "0x8000000000000000"),
        ("a: " + "9" * 100_000, "TG108", "9" * 100_000),
        ("a: -1e999", "TG108", "-1e999"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_is_no_spec_is_one_diagnostic_at_its_place(text, code, place):
    found, written = problem(text)
    assert found.code == code
    assert written.startswith(place)


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (b"a: \xe9", 4),
        (b"\xef\xbb\xbfa: \xff", 4),
        (b"\xff\xfea\x00:\x00", 1),
        (b"a: \xc3\xa9\xed\xa0\x80", 5),
        (b"ab\xe2\x82", 3),
    ],
)
def test_bytes_that_are_not_utf_8_are_found_where_they_stand(data, column):
    _, (found,) = decode(data, "spec.yaml")
    assert (found.code, found.span.line, found.span.column) == ("TG105", 1, column)


def test_nesting_is_bounded_and_so_is_nesting_through_aliases():
    fits = "[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH
    assert sound(fits) is not None
    assert problem(f"[{fits}]")[0].code == "TG102"
    chain = ["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 200))]
    found, _ = problem("\n".join(chain))
    assert found.code == "TG102"
    assert found.span.line == MAX_DEPTH


def test_an_alias_bomb_is_refused_before_it_expands():
    lines = ["b0: &b0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{i}: &b{i} [{', '.join([f'*b{i - 1}'] * 9)}]" for i in range(1, 30)]
    started = time.process_time()
    found, _ = problem("\n".join(lines))
    assert found.code == "TG102"
    assert time.process_time() - started < 1


def test_a_merge_bomb_is_refused_as_well():
    lines = ["m0: &m0 {x: 1}"]
    lines += [f"m{i}: &m{i} {{<<: [{', '.join([f'*m{i - 1}'] * 9)}]}}" for i in range(1, 30)]
    assert problem("\n".join(lines))[0].code == "TG102"


def test_a_file_that_is_too_large_is_not_read():
    assert problem("#" * (MAX_CHARACTERS + 1))[0].code == "TG102"


def test_every_duplicate_is_reported_with_the_line_of_the_first():
    found = read(Source("spec.yaml", "a: 1\nb: {c: 1, c: 2}\na: 2\na: 3")).diagnostics
    assert [(p.code, p.span.line, p.notes) for p in found] == [
        ("TG103", 2, ("the first one is in line 2",)),
        ("TG103", 3, ("the first one is in line 1",)),
        ("TG103", 4, ("the first one is in line 1",)),
    ]


def test_a_value_cut_by_a_comma_is_told_once_and_what_follows_it_is_kept():
    source = Source("spec.yaml", "{size: (2, 3, seed: 4, more}")
    node, (found,), _ = read(source)
    assert found.message == "the `,` in `(2, 3` ends the value there"
    assert [key.value for key, _ in node] == ["size", "seed", "more"]
    source = Source("spec.yaml", "{size: (2, 3), more}")
    node, (found,), _ = read(source)
    assert found.message == "the `,` in `(2, 3)` ends the value there"
    assert [key.value for key, _ in node] == ["size", "more"]


def test_a_bracket_left_open_takes_no_keys_of_the_lines_below():
    assert plain(sound("description: smile (\ndata:\nname: a")) == {
        "description": "smile (",
        "data": None,
        "name": "a",
    }


def test_a_value_cut_into_many_keys_is_read_in_no_time():
    started = time.process_time()
    read(Source("spec.yaml", "{size: (" + ", b" * 24_000 + "}"))
    assert time.process_time() - started < 1


def test_numbers_that_are_not_finite_are_found_at_any_depth():
    text = "{a: [1, [.inf, {b: -.inf}], '.inf', null], c: .nan, d: 1e308, e: true}"
    node = read(Source("spec", text)).node
    assert [found.span.text for found in not_finite(node)] == [".inf", "-.inf", ".nan"]

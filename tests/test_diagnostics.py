"""How a diagnostic is printed, whatever stands in the text and in the message."""

import pytest

from tfgraph.diagnostics import (
    MAX_LENGTH,
    MAX_WIDTH,
    Diagnostic,
    Source,
    Span,
    SpecError,
    ordered,
    render_all,
)


def printed(text, line, column, end_column, end_line=None, **more):
    span = Span(Source("spec.yaml", text), line, column, end_line or line, end_column)
    return Diagnostic("TG999", more.pop("message", "wrong"), span, **more).render().split("\n")


def carets(lines):
    """The text over the carets."""
    text, marks = lines[3].partition("| ")[2], lines[4].partition("| ")[2]
    start = marks.index("^")
    return text[start : start + marks.count("^")]


def test_message_place_excerpt_label_notes_and_help_stand_in_this_order():
    lines = printed(
        "a: 1\nb: 22\n", 2, 4, 6, label="here", notes=("first", "second"), help="write 3"
    )
    assert lines == [
        "error[TG999]: wrong",
        "  --> spec.yaml:2:4",
        "   |",
        " 2 | b: 22",
        "   |    ^^ here",
        "   = note: first",
        "   = note: second",
        "   = help: write 3",
    ]


def test_a_warning_says_that_it_is_one():
    assert printed("a", 1, 1, 2, severity="warning")[0] == "warning[TG999]: wrong"


def test_the_gutter_is_as_wide_as_the_line_number_and_two_at_least():
    lines = printed("\n" * 122 + "a: 1", 123, 1, 2)
    assert lines[1:] == ["   --> spec.yaml:123:1", "    |", "123 | a: 1", "    | ^"]


def test_a_span_of_several_lines_is_marked_to_the_end_of_its_first():
    assert carets(printed("a: [1,  \n 2]", 1, 4, 4, end_line=2)) == "[1,"


def test_a_tab_is_kept_so_that_the_caret_stands_under_its_character():
    assert printed("a:\tb", 1, 4, 5)[4] == "   |   \t^"


def test_wide_characters_take_two_columns():
    lines = printed("日本: 1", 1, 5, 6)
    assert lines[4] == "   |       ^"
    assert printed("日本: 1", 1, 1, 3)[4] == "   | ^^^^"


@pytest.mark.parametrize("column", [1, 2, 100, 101, 500, 899, 900])
def test_a_long_line_is_shown_around_the_place(column):
    text = "".join(str(i % 10) for i in range(900))
    lines = printed(text, 1, column, column + 1)
    assert carets(lines) == text[column - 1]
    assert len(lines[3]) <= MAX_WIDTH + len(" 1 | ……")


def test_a_place_past_the_end_has_a_caret_all_the_same():
    assert printed("ab", 1, 9, 10)[4] == "   |   ^"
    assert printed("", 1, 1, 1)[3:] == [" 1 | ", "   | ^"]


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\x9b", "\u202e", "\u200b", "\x07"])
def test_nothing_that_a_terminal_acts_on_is_printed(character):
    lines = printed(f"a{character}b", 1, 3, 4, message=f"x{character}", help=f"y{character}")
    assert lines[0] == "error[TG999]: x�"
    assert lines[3] == " 1 | a�b"
    assert lines[5] == "   = help: y�"


def test_a_line_break_in_a_message_does_not_break_its_line():
    assert printed("a", 1, 1, 2, message="key `a\nb`")[0] == "error[TG999]: key `a�b`"


def test_a_message_has_an_end():
    assert len(printed("a", 1, 1, 2, message="x" * 10**6)[0]) == MAX_LENGTH


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_yaml_counts_them(break_):
    source = Source("spec.yaml", f"a{break_}{break_}b\x0cc\x85d\u2028e")
    assert source.lines == ("a", "", "b\x0cc\x85d\u2028e")
    assert source.line(3) == source.lines[2]
    assert source.line(4) == source.line(0) == ""


def test_diagnostics_are_ordered_by_place_and_stay_in_their_order_there():
    source = Source("spec.yaml", "ab\nc")
    spans = [Span(source, *place, *place) for place in [(2, 1), (1, 2), (1, 1), (1, 2)]]
    found = [Diagnostic("TG999", str(number), span) for number, span in enumerate(spans)]
    assert [problem.message for problem in ordered(found)] == ["2", "1", "3", "0"]


def test_an_error_is_its_diagnostics_with_a_blank_line_between():
    span = Span(Source("spec.yaml", "a"), 1, 1, 1, 2)
    found = [Diagnostic("TG999", "first", span), Diagnostic("TG999", "second", span)]
    error = SpecError(found)
    assert str(error) == render_all(found) == f"{found[0].render()}\n\n{found[1].render()}"
    assert error.diagnostics == tuple(found)


def test_a_value_that_came_through_another_place_shows_both() -> None:
    source = Source("spec.yaml", "vars: {width: -1}\nlayers:\n  - matmul: $width\n")
    use = Span(source, 3, 13, 3, 19).through("`$width` is set here", Span(source, 1, 15, 1, 17))
    diagnostic = Diagnostic("TG206", "`units` must be at least 1", use, help="give it a size")
    assert diagnostic.render().splitlines() == [
        "error[TG206]: `units` must be at least 1",
        "  --> spec.yaml:3:13",
        "   |",
        " 3 |   - matmul: $width",
        "   |             ^^^^^^",
        "  ::: spec.yaml:1:15",
        "   |",
        " 1 | vars: {width: -1}",
        "   |               ^^ `$width` is set here",
        "   = help: give it a size",
    ]


def test_a_place_come_by_twice_is_shown_once() -> None:
    source = Source("spec.yaml", "a: 1\nb: 2\n")
    inner, outer = Span(source, 1, 4, 1, 5), Span(source, 2, 4, 2, 5)
    once = inner.through("used here", outer)
    assert once.through("used here", outer) == once

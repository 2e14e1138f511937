"""Tables as courts and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rj.intake.csv_table import LARGEST_FILE, Columns, read_table

COLUMNS = Columns(("reference", "name"), ("address", "telephone"), {"case": "reference"})


def cells(content: bytes) -> list[dict[str, str]]:
    """The cells of a table that has nothing wrong with it."""
    table = read_table(content, COLUMNS)
    assert table.faults == ()
    assert [row.faults for row in table.rows] == [()] * len(table.rows)
    return [dict(row.cells) for row in table.rows]


def faults(content: bytes) -> list[tuple[int, str]]:
    """Line and column of everything wrong."""
    table = read_table(content, COLUMNS)
    return [(found.line, found.fault.column) for found in table.faults] + [
        (row.line, fault.column) for row in table.rows for fault in row.faults
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_excel_writes_simply_works(delimiter: str, start: bytes, line_end: str) -> None:
    lines = (("Reference", "Name"), ("A1", "Siân"), ("A2", '"Rees, Tom; junior"'))
    text = line_end.join(delimiter.join(line) for line in lines) + line_end

    assert cells(start + text.encode()) == [
        {"reference": "A1", "name": "Siân"},
        {"reference": "A2", "name": "Rees, Tom; junior"},
    ]


@given(
    names=st.lists(
        st.text(
            alphabet=st.characters(
                codec="utf-8", categories=("L", "N"), include_characters=",;\"' "
            ),
            min_size=1,
            max_size=30,
        ).filter(lambda name: bool(name.strip())),
        min_size=1,
        max_size=5,
    ),
    delimiter=st.sampled_from(",;\t"),
)
def test_every_quoted_name_comes_back(names: list[str], delimiter: str) -> None:
    import unicodedata

    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    text = "\n".join([f"reference{delimiter}name", *(f"R{delimiter}{name}" for name in quoted)])

    assert [row["name"] for row in cells(text.encode())] == [
        unicodedata.normalize("NFC", " ".join(name.split())) for name in names
    ]


@given(content=st.binary(max_size=300))
def test_no_bytes_make_it_stumble(content: bytes) -> None:
    read_table(b"reference,name\n" + content, COLUMNS)


def test_excels_separator_line_is_understood() -> None:
    assert cells(b"sep=;\r\nreference;name\r\nA1;Ann\r\n") == [{"reference": "A1", "name": "Ann"}]


def test_other_headings_for_a_column_are_understood() -> None:
    assert cells(b"Case,NAME\nA1,Ann\n") == [{"reference": "A1", "name": "Ann"}]


def test_lines_count_blank_ones_and_those_inside_an_address() -> None:
    content = b'reference,name,address\nA1,Ann,"1 Row\nTown"\n\nA2,=Bob,\n'

    assert faults(content) == [(5, "name")]


def test_an_address_on_several_lines_becomes_one() -> None:
    content = b'reference,name,address\nA1,Ann,"1 Row\r\nTown"\n'

    assert cells(content)[0]["address"] == "1 Row, Town"


def test_the_lines_of_a_wrong_encoding_are_named() -> None:
    content = "reference,name\nA1,Ann\nA2,Siân\nA3,Zoë\n".encode("cp1252")

    assert faults(content) == [(3, ""), (4, "")]


def test_a_workbook_or_utf16_file_is_refused_with_the_way_out() -> None:
    table = read_table("reference,name\nA1,Ann\n".encode("utf-16"), COLUMNS)

    assert "CSV UTF-8" in table.faults[0].fault.remedy


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", '"=HYPERLINK(""x"")"'])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(cell: str) -> None:
    assert faults(f"reference,name\nA1,{cell}\n".encode()) == [(2, "name")]


def test_a_telephone_number_may_begin_with_plus() -> None:
    content = b"reference,name,telephone\nA1,Ann,+44 1632 960123\n"

    assert cells(content)[0]["telephone"] == "+44 1632 960123"


@pytest.mark.parametrize("sign", ["\x07", "\u202e", "\u200f", "\x1b", "\x85", "\u2028"])
def test_control_and_direction_characters_are_refused(sign: str) -> None:
    assert faults(f"reference,name\nA1,A{sign}nn\n".encode()) == [(2, "name")]


def test_a_missing_column_is_named_and_an_unknown_one_is_not_repeated() -> None:
    table = read_table(b"reference,22 Orchard Way\nA1,x\n", COLUMNS)

    assert {found.fault.column for found in table.faults} == {"name", ""}
    assert "Orchard" not in repr(table)


def test_a_row_with_too_many_cells_is_refused() -> None:
    assert faults(b"reference,name\nA1,Rees, Tom\n") == [(2, "")]


def test_quotation_marks_that_do_not_match_are_named_by_line() -> None:
    assert faults(b'reference,name\nA1,"Ann\n') == [(2, "")]


def test_a_file_over_five_megabytes_is_refused() -> None:
    assert faults(b"reference,name\n" + b"x" * LARGEST_FILE) == [(1, "")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"reference,name\n"])
def test_a_file_without_rows_says_so(content: bytes) -> None:
    assert faults(content) == [(1, "")]

"""Reading the tables that courts, case systems and spreadsheets write: CSV in UTF-8.

What Excel makes simply works: a byte order mark, ``;`` or a tab between cells, a first line
``sep=;``. What cannot be read is named by line and column, with what to do about it. A cell that a
spreadsheet would run as a formula, or that holds control or direction characters, is refused: it
could act on whoever opens a report later.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rj.kernel.characters import UNWANTED, clean_line
from rj.kernel.errors import FieldProblem

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes: about 10,000 orders."""
LONGEST_CELL = 2000
MOST_LINES_NAMED = 20
DELIMITERS = ",;\t"
FORMULA_STARTS = ("=", "+", "-", "@")
MAY_SPAN_LINES = frozenset({"address"})
MAY_BEGIN_WITH_PLUS = frozenset({"telephone"})
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\s*[\r\n]+\s*")
_SAVE_AGAIN = "In Excel choose Save as, then “CSV UTF-8 (Comma delimited)”"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one column, and how to put it right. Holds nothing personal."""

    column: str
    wrong: str
    remedy: str

    def as_field_problem(self) -> FieldProblem:
        """The same, for a form."""
        return FieldProblem(self.column, f"{self.wrong}. {self.remedy}.")


@dataclass(frozen=True, slots=True)
class LineFault:
    """A fault that keeps a line, or the whole file, from being read."""

    line: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it begins in the file, its cells by column, and what is wrong in them."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read. With faults of its own it is not fit to be used."""

    rows: tuple[Row, ...]
    faults: tuple[LineFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a table may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    other_names: Mapping[str, str] = field(default_factory=dict)
    """Other headings that mean one of these columns."""
    free_text: frozenset[str] = frozenset()
    """Columns of published lists, whose odd characters are cleaned away instead of refused."""

    @property
    def known(self) -> frozenset[str]:
        """Every column by its own name."""
        return frozenset(self.required) | frozenset(self.optional)


def read_table(content: bytes, columns: Columns) -> Table:
    """The rows of a file. Blank lines are passed over; line 1 is the first line of the file."""
    if len(content) > LARGEST_FILE:
        return _refused(1, "The file is larger than 5 MB", "Split it and import the parts in turn")
    unreadable = _encoding_faults(content)
    if unreadable:
        return Table((), unreadable)
    text = content.decode("utf-8-sig")
    skipped = 0
    delimiter = ""
    named = _SEPARATOR_LINE.match(text)
    if named:
        delimiter, skipped = named[1], 1
        text = text[named.end() :]
    if not text.strip():
        return _refused(1, "The file is empty", "Choose the file with the rows to import")
    if not delimiter or delimiter not in DELIMITERS:
        delimiter = _delimiter_of(text, columns)
    return _read(text, delimiter, skipped, columns)


def _refused(line: int, wrong: str, remedy: str) -> Table:
    return Table((), (LineFault(line, Fault("", wrong, remedy)),))


def _encoding_faults(content: bytes) -> tuple[LineFault, ...]:
    """Each line that is not UTF-8, the first twenty of them."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:2000]:
        wrong = "The file is not text in UTF-8 (it looks like UTF-16 or a workbook)"
        return (LineFault(1, Fault("", wrong, _SAVE_AGAIN)),)
    faults: list[LineFault] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            wrong = f"Character {error.start + 1} of the line is not UTF-8"
            faults.append(LineFault(number, Fault("", wrong, _SAVE_AGAIN)))
            if len(faults) == MOST_LINES_NAMED:
                break
    return tuple(faults)


def _heading(text: str, columns: Columns) -> str:
    """A heading as a column name: ``Sentence date`` is ``sentenced_on`` when that is told."""
    name = re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")
    return columns.other_names.get(name, name)


def _delimiter_of(text: str, columns: Columns) -> str:
    """What stands between the cells: the sign by which most headings are known."""
    first_line = text.lstrip("\r\n").splitlines()[0]

    def known_headings(delimiter: str) -> int:
        headings = next(csv.reader([first_line], delimiter=delimiter), [])
        return sum(_heading(heading, columns) in columns.known for heading in headings)

    return max(DELIMITERS, key=known_headings)


def _read(text: str, delimiter: str, skipped: int, columns: Columns) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    headings: list[str] | None = None
    rows: list[Row] = []
    faults: list[LineFault] = []
    ended = 0
    try:
        for cells in reader:
            line, ended = skipped + ended + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if headings is None:
                headings = [_heading(cell, columns) for cell in cells]
                faults += _heading_faults(line, headings, columns)
                if faults:
                    return Table((), tuple(faults))
                continue
            rows.append(_row(line, headings, cells, columns))
    except csv.Error:
        faults.append(
            LineFault(
                skipped + reader.line_num,
                Fault(
                    "",
                    "The quotation marks of this line do not match",
                    'Close each opened mark, and write a mark inside a cell twice ("")',
                ),
            )
        )
        return Table((), tuple(faults))
    if not rows:
        return _refused(1, "The file has headings but no rows", "Add at least one row")
    return Table(tuple(rows), tuple(faults))


def _heading_faults(line: int, headings: list[str], columns: Columns) -> list[LineFault]:
    faults: list[LineFault] = []
    for missing in columns.required:
        if missing not in headings:
            faults.append(
                LineFault(line, Fault(missing, "This column is missing", f"Add a column {missing}"))
            )
    for number, name in enumerate(headings, start=1):
        if name and name not in columns.known:
            # Not repeated: in a file without headings it would be somebody's data.
            wrong = f"The heading of column {number} is not known"
            faults.append(LineFault(line, Fault("", wrong, "Correct it, or remove the column")))
        elif name and name in headings[: number - 1]:
            faults.append(
                LineFault(line, Fault(name, "This column comes twice", "Keep one of them"))
            )
    return faults


def _row(line: int, headings: list[str], cells: list[str], columns: Columns) -> Row:
    faults: list[Fault] = []
    if any(cell.strip() for cell in cells[len(headings) :]):
        faults.append(
            Fault(
                "",
                "The row has more cells than there are headings",
                "Put cells that hold the separator in quotation marks",
            )
        )
    read = dict.fromkeys(headings, "")
    read.pop("", None)
    for name, cell in zip(headings, cells, strict=False):
        if not cell:
            continue
        if not name:
            if cell.strip():
                faults.append(
                    Fault("", "A cell stands under an empty heading", "Give the column a heading")
                )
            continue
        value, fault = read_cell(name, cell, columns.free_text)
        read[name] = value
        if fault:
            faults.append(fault)
    return Row(line, read, tuple(faults))


def read_cell(name: str, cell: str, free_text: Collection[str] = ()) -> tuple[str, Fault | None]:
    """A cell as one clean line, and what is wrong with it. The faulty cell is read as empty."""
    value = cell.strip().replace("\u00a0", " ")
    if not value:
        return "", None
    if name in free_text:
        return unicodedata.normalize("NFC", clean_line(value)), None
    if name in MAY_SPAN_LINES:
        value = _LINE_ENDS.sub(", ", value)
    if len(value) > LONGEST_CELL:
        return "", Fault(
            name, "The text is far too long", f"Shorten it to {LONGEST_CELL} characters or fewer"
        )
    is_plain = value.isascii() and value.isprintable()
    if not is_plain and not _is_clean(value):
        return "", Fault(
            name,
            "The cell holds line breaks, control characters or invisible direction marks",
            "Delete the cell and type its text again",
        )
    if value.startswith(FORMULA_STARTS):
        dialled = name in MAY_BEGIN_WITH_PLUS and re.fullmatch(r"\+[\d ()-]+", value)
        if not dialled:
            return "", Fault(
                name,
                "The cell begins with =, +, - or @, which a spreadsheet would run as a formula",
                "Remove that first character",
            )
    one_spaced = " ".join(value.split()) if "  " in value or not is_plain else value
    return (one_spaced if is_plain else unicodedata.normalize("NFC", one_spaced)), None


def _is_clean(value: str) -> bool:
    """Whether a text is one line without control characters and direction marks."""
    return not UNWANTED.search(value) and clean_line(value) == " ".join(value.split(" ")).strip()

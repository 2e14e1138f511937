"""The command line on a bare installation: from nothing to an administrator and the first lists."""

import sys

import pytest

from rj.cli import main


@pytest.fixture
def type_command(tmp_path, monkeypatch, capsys):
    """Type a command over an empty data folder; what came of it and what was said."""
    monkeypatch.setenv("RJ_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("RJ_DATABASE_URL", raising=False)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["rj", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("worker",),
        ("reference", "samples"),
        ("planner", "replay", "P-1"),
        ("accounts", "create-admin", "--email", "a@b.test", "--name", "A", "--password", "x"),
    ],
    ids=" ".join,
)
def test_a_database_not_made_yet_is_named_with_the_remedy(type_command, words):
    assert type_command(*words) == (
        1,
        "rj: The database is not ready for this release. Run: python3 -m rj database upgrade\n",
    )


def test_a_fresh_installation_gets_the_samples_once(type_command):
    assert type_command("database", "upgrade") == (0, "The database is up to date.\n")
    assert type_command("reference", "samples")[0] == 0
    code, said = type_command("reference", "samples")
    assert code == 1
    assert "There are lists already" in said


@pytest.mark.parametrize(
    ("words", "says", "points_to"),
    [
        (("demo", "--port", "x"), "Invalid value for '--port'", "python3 -m rj demo --help"),
        (("planner", "solve", "x"), "'--output'", "python3 -m rj planner solve --help"),
        (("planner", "nonsense"), "No such command 'nonsense'", "python3 -m rj planner --help"),
    ],
    ids=["not a number", "option left out", "no such command"],
)
def test_a_wrong_word_is_named_and_the_right_help_pointed_to(type_command, words, says, points_to):
    code, said = type_command(*words)
    assert code == 64
    assert said.startswith("rj: ")
    assert says in said
    assert said.endswith(f"Try: {points_to}\n")


def test_a_group_alone_shows_its_commands(type_command):
    code, said = type_command("planner")
    assert code == 64
    assert said.startswith("Usage: python3 -m rj planner")
    assert "Try:" not in said

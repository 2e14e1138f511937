"""What a new password must be: long, and on no guesser's list."""

import pytest

from rj.accounts.passwords import common_passwords, password_problems

EMAIL = "nia.newcomer@service.test"


@pytest.mark.parametrize(
    "password",
    [
        "password2024!",
        "P4ssw0rd2024",
        "welcomewelcome",
        "changemeplease",
        "probation1234",
        "Restorative2026!",
        "1234567890123",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "nia.newcomer99",
        "donaldduck2026",
    ],
)
def test_a_password_that_guessers_try_first_is_refused(password: str) -> None:
    [problem] = password_problems(password, email=EMAIL, field="wanted")

    assert problem.field == "wanted"
    assert "harder to guess" in problem.message


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "tramway goblet", "ffordd-hir-adref", "9h2k 7d1x 3m8q"],
)
def test_any_long_password_that_nobody_else_has_will_do(password: str) -> None:
    assert password_problems(password, email=EMAIL, field="wanted") == ()


def test_the_list_is_whole_and_in_lower_case() -> None:
    assert len(common_passwords()) == 30_000
    assert {"password", "qwerty123456", "donaldduck"} <= common_passwords()
    assert all(each == each.lower() for each in common_passwords())

"""Settings are read once, and every fault is told at once."""

import stat
from pathlib import Path

import pytest

from rj.kernel.errors import Invalid
from rj.settings import read_settings


def test_a_fresh_install_listens_to_this_machine_only_and_sends_no_mail(tmp_path: Path) -> None:
    settings = read_settings({"RJ_DATA_DIR": str(tmp_path)})

    assert settings.is_loopback
    assert settings.mail.host == ""
    assert not settings.is_demo


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first = read_settings({"RJ_DATA_DIR": str(tmp_path)})
    again = read_settings({"RJ_DATA_DIR": str(tmp_path)})

    assert first.seal_key == again.seal_key
    assert first.seal_key != first.session_secret
    for name in ("seal.key", "session.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_every_fault_is_told_at_once_by_the_variables_name(tmp_path: Path) -> None:
    environment = {
        "RJ_DATA_DIR": str(tmp_path),
        "RJ_PORT": "eighty",
        "RJ_MAIL_SECURITY": "hope",
        "RJ_HOST": "0.0.0.0",  # noqa: S104  listening everywhere is the fault under test
        "RJ_PUBLIC_URL": "http://rj.test",
    }

    with pytest.raises(Invalid) as refused:
        read_settings(environment)

    assert {problem.field for problem in refused.value.problems} == {
        "RJ_PORT",
        "RJ_MAIL_SECURITY",
        "RJ_PUBLIC_URL",
    }


def test_mail_without_encryption_is_for_loopback_only(tmp_path: Path) -> None:
    environment = {"RJ_DATA_DIR": str(tmp_path), "RJ_MAIL_SECURITY": "none"}

    assert read_settings(environment | {"RJ_MAIL_HOST": "localhost"}).mail.security == "none"
    with pytest.raises(Invalid, match="loopback"):
        read_settings(environment | {"RJ_MAIL_HOST": "mail.service.test"})

"""Settings are read once, and every fault is told at once."""

import stat
from pathlib import Path

import pytest

from rj.accounts.single_sign_on import roles_of_groups
from rj.kernel.errors import Invalid
from rj.policy.terms import Role
from rj.settings import read_settings


def test_a_fresh_install_listens_to_this_machine_only_and_sends_no_mail(tmp_path: Path) -> None:
    settings = read_settings({"RJ_DATA_DIR": str(tmp_path)})

    assert settings.host == "127.0.0.1"
    assert not settings.is_https
    assert settings.trusted_proxies == ()
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


def test_behind_a_proxy_of_this_machine_the_site_is_still_one_of_https(tmp_path: Path) -> None:
    environment = {"RJ_DATA_DIR": str(tmp_path), "RJ_PUBLIC_URL": "https://rj.service.test"}

    assert read_settings(environment).is_https
    with pytest.raises(Invalid, match="https"):
        read_settings(environment | {"RJ_PUBLIC_URL": "http://rj.service.test"})


def test_proxies_are_named_by_address_or_network(tmp_path: Path) -> None:
    environment = {"RJ_DATA_DIR": str(tmp_path)}

    named = read_settings(environment | {"RJ_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/24"})
    assert [str(one) for one in named.trusted_proxies] == ["10.0.0.5/32", "10.1.0.0/24"]
    with pytest.raises(Invalid, match="RJ_TRUSTED_PROXIES"):
        read_settings(environment | {"RJ_TRUSTED_PROXIES": "the proxy"})


def test_an_identity_provider_is_reached_by_https_and_knows_us_by_a_name(tmp_path: Path) -> None:
    environment = {"RJ_DATA_DIR": str(tmp_path), "RJ_OIDC_ISSUER": "http://id.service.test"}

    with pytest.raises(Invalid) as refused:
        read_settings(environment)
    assert {problem.field for problem in refused.value.problems} == {
        "RJ_OIDC_ISSUER",
        "RJ_OIDC_CLIENT_ID",
    }
    named = {"RJ_OIDC_ISSUER": "https://id.service.test", "RJ_OIDC_CLIENT_ID": "rj"}
    roles = {"RJ_OIDC_ROLES": "staff=coordinator@wenshire, it=administrator"}
    oidc = read_settings(environment | named | roles).oidc
    assert roles_of_groups(oidc.roles) == {
        "staff": ((Role.COORDINATOR, "wenshire"),),
        "it": ((Role.ADMINISTRATOR, None),),
    }
    for wrong in ("it", "it=king", "it=administrator@wenshire", "it=coordinator", "=administrator"):
        with pytest.raises(Invalid, match="RJ_OIDC_ROLES"):
            roles_of_groups(
                read_settings(environment | named | {"RJ_OIDC_ROLES": wrong}).oidc.roles
            )

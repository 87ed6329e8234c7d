"""The token and the address that a server is started with."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatline.serve.access import TokenError, generate_token, given_token
from heatline.serve.address import AddressError, addresses, tls_context

TOKEN = "only-for-tests-0123456789"


def test_tokens_that_are_too_weak_or_open_to_others_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o640)
    with pytest.raises(TokenError, match="chmod 600"):
        given_token(str(file), {})
    file.chmod(0o600)
    assert given_token(str(file), {}) == TOKEN
    with pytest.raises(TokenError, match="cannot be read"):
        given_token(str(tmp_path / "gone"), {})
    with pytest.raises(TokenError, match="has 5 characters"):
        given_token(None, {"HEATLINE_TOKEN": "short"})
    with pytest.raises(TokenError, match="no header carries"):
        given_token(None, {"HEATLINE_TOKEN": "two words that are long enough"})
    assert given_token(None, {}) is None
    assert len({generate_token() for _ in range(50)}) == 50


def test_models_do_not_find_the_token_in_the_environment() -> None:
    environment = {"HEATLINE_TOKEN": TOKEN, "HOME": "/"}
    assert given_token(None, environment) == TOKEN
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_beyond_loopback_only_with_tls(host: str) -> None:
    with pytest.raises(AddressError, match="without TLS they could read the token"):
        addresses(host, tls=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_needs_no_tls(host: str) -> None:
    assert addresses(host, tls=False) == [host]


def test_unknown_hosts_and_half_given_tls_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="is unknown"):
        addresses("no.such.host.invalid", tls=True)
    with pytest.raises(AddressError, match="both --certificate and --key"):
        tls_context("cert.pem", None)
    with pytest.raises(AddressError, match="cannot be read"):
        tls_context(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(AddressError, match="no certificate with its key"):
        tls_context(str(tmp_path / "cert.pem"), str(tmp_path / "cert.pem"))

"""Where to listen: on loopback, or beyond it with TLS."""

from __future__ import annotations

import ipaddress
import socket
import ssl


class AddressError(Exception):
    """The server cannot listen there, or not so. The message says what to do."""


def addresses(host: str, tls: bool) -> list[str]:
    """The addresses that a host name stands for; what is checked here is what is listened on.

    Raises
    ------
    AddressError
        If there are none, or one of them can be reached from elsewhere and there is no TLS.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressError(f"the host '{host}' is unknown: {reason}. Check --host.") from None
    named = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    beyond = [name for name in named if not ipaddress.ip_address(name.partition("%")[0]).is_loopback]
    if beyond and not tls:
        raise AddressError(
            f"{beyond[0]} can be reached from other machines, and without TLS they could read the token. "
            "Give --certificate and --key, or leave --host out and use 'ssh -L'."
        )
    return named


def tls_context(certificate: str | None, key: str | None) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with a certificate and its key, files in PEM; None where neither is given.

    Raises
    ------
    AddressError
        If only one is given, or they cannot be read, or do not fit.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise AddressError("TLS takes both --certificate and --key. Give the other one too.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise AddressError(
            f"{certificate} and {key} are no certificate with its key: {error.reason or error}. Give both in PEM."
        ) from None
    except OSError as error:
        raise AddressError(f"{certificate} or {key} cannot be read: {error.strerror}. Check the paths.") from None
    return context


def _no_password() -> str:
    """Nobody sits at a server's terminal to be asked for one."""
    raise AddressError("the key is encrypted. Give one without a password, readable by you alone.")

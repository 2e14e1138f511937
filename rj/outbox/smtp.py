"""Handing one mail to the mail server, and reading its answer (M7)."""

import contextlib
import smtplib
import ssl

from rj.settings import MailSettings

SECONDS_FOR_EACH_ANSWER = 15
"""How long the server may take over one command; all of them fit well inside a lease."""

PERMANENT = 500


class DeliveryFailed(Exception):
    """The mail did not leave. The text names a code, never an address."""


class TemporarilyRefused(DeliveryFailed):
    """Try again later: no connection, no answer, a 4xx, or a server that takes nothing at all."""


class Refused(DeliveryFailed):
    """The server refused this mail for good: somebody must act."""


def deliver(mail: MailSettings, address: str, octets: bytes) -> None:
    """Send the octets to one recipient. Returns once the server has taken them.

    Raises TemporarilyRefused or Refused. A server that refuses us as a whole (no connection,
    sign-in or encryption) is a fault of the service, not of the mail, so the mail waits.
    """
    try:
        server = _connected(mail)
    except (OSError, smtplib.SMTPException) as fault:
        raise TemporarilyRefused(_without_answer(fault)) from None
    try:
        _send(server, mail.mailbox, address, octets)
    except smtplib.SMTPResponseException as answer:
        _heed(answer.smtp_code)
        raise TemporarilyRefused(_without_answer(answer)) from None
    except (OSError, smtplib.SMTPException) as fault:
        raise TemporarilyRefused(_without_answer(fault)) from None
    finally:
        # Whatever becomes of the farewell, the server's answer stands.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _connected(mail: MailSettings) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as the settings say."""
    server: smtplib.SMTP
    if mail.security == "tls":
        server = smtplib.SMTP_SSL(
            mail.host,
            mail.port,
            timeout=SECONDS_FOR_EACH_ANSWER,
            context=ssl.create_default_context(),
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS_FOR_EACH_ANSWER)
    try:
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.username:
            server.login(mail.username, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _send(server: smtplib.SMTP, sender: str, address: str, octets: bytes) -> None:
    """One MAIL, one RCPT, one DATA, each heeded before the next."""
    server.ehlo_or_helo_if_needed()
    _heed(server.mail(sender)[0])
    _heed(server.rcpt(address)[0])
    _heed(server.data(octets)[0])


def _heed(code: int) -> None:
    """Raise what an answer of the server means for this mail; an answer of 2xx passes."""
    if code >= PERMANENT:
        raise Refused(f"The mail server refused it for good ({code})")
    if not 200 <= code < 300:
        raise TemporarilyRefused(f"The mail server cannot take it now ({code})")


def _without_answer(fault: Exception) -> str:
    return f"The mail server did not take it ({type(fault).__name__})"

"""Sealing a person's file to whoever hands it over: who runs the machine can make it, not open it.

    read_certificate(pem, now=...)      -> Certificate, checked
    sealed_to(certificate, octets)      -> a CMS message (RFC 5652), as S/MIME programmes open it

The private key stays with that person. Nothing readable is ever written to the machine's disk.
"""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509 import Certificate, load_pem_x509_certificate

from rj.kernel.errors import FieldProblem, Invalid

SHORTEST_KEY = 2048
"""Bits of an RSA key that may still be sealed to (NIST SP 800-131A)."""


def read_certificate(pem: bytes, *, now: datetime) -> Certificate:
    """The certificate of whoever hands files over. Raises Invalid for one that cannot be used."""
    try:
        found = load_pem_x509_certificate(pem)
    except ValueError:
        raise _unusable("This is no certificate in PEM form") from None
    key = found.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY:
        raise _unusable(f"The certificate must be of an RSA key of {SHORTEST_KEY} bits or more")
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise _unusable("The certificate is not valid today")
    return found


def sealed_to(certificate: Certificate, octets: bytes) -> bytes:
    """What only the holder of the certificate's private key can open."""
    return (
        PKCS7EnvelopeBuilder()
        .set_data(octets)
        .set_content_encryption_algorithm(AES256)
        .add_recipient(certificate)
        .encrypt(Encoding.DER, [PKCS7Options.Binary])
    )


def _unusable(why: str) -> Invalid:
    return Invalid(FieldProblem("for", why))

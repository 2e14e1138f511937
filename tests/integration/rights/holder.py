"""Whoever hands a person's file over, with a key of their own that the service never sees."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

from rj.db.database import Database
from rj.outbox.keeping import Keeper
from rj.parties.sealing import Seal
from rj.rights.commands import export_command
from tests.builders import NOW, SEAL
from tests.integration.messages.conftest import KEY


class Holder:
    """A private key and its certificate."""

    def __init__(self, *, lasts: timedelta = timedelta(days=365), bits: int = 2048) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Files are handed over")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=30))
            .not_valid_after(NOW + lasts)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """The certificate, as it is given to whoever runs the service."""
        return self.certificate.public_bytes(Encoding.PEM)

    def opened(self, path: Path) -> str:
        """What a sealed file says."""
        return pkcs7_decrypt_der(path.read_bytes(), self.certificate, self.key, []).decode()


HOLDER = Holder()


def export(database: Database, code: str, path: Path, seal: Seal = SEAL) -> None:
    """Have a person's file made for HOLDER."""
    export_command(database, seal, Keeper(KEY), code, path, certificate=HOLDER.pem, now=NOW)

"""TLS to a real MySQL with certificates of our own making: whom it believes, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from sqlalchemy import create_engine, make_url, text

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable
from skillgap.settings import DatabaseSettings
from tests.faults.mysql_server import MySQLServer, mysql_server

Names = list[x509.GeneralName]
HERE: Names = [x509.IPAddress(ip_address("127.0.0.1"))]
ELSEWHERE: Names = [x509.DNSName("db.example.org")]


class Authority:
    """A certificate authority, and the certificates it gives."""

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        self.file = folder / "ca.pem"
        certificate = self._certificate(self.name, self.key, x509.BasicConstraints(True, None))
        self.file.write_bytes(_pem(certificate))

    def certify(self, names: Names) -> dict[str, bytes]:
        """A server's certificate for these names and what belongs to it, by MySQL's file names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MySQL")])
        certificate = self._certificate(subject, key, x509.SubjectAlternativeName(names))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {"ca.pem": self.file.read_bytes(), "server-cert.pem": _pem(certificate), "server-key.pem": private}

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self.key, hashes.SHA256())
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def server() -> Iterator[MySQLServer]:
    with mysql_server() as running:
        yield running


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def certified(server: MySQLServer, authority: Authority) -> Callable[[Names], None]:
    """Gives the running server a certificate for these names."""

    def give(names: Names) -> None:
        root = make_url(server.url).set(username="root", password="", database="mysql")
        engine = create_engine(root, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            folder = connection.scalar(text("SELECT @@datadir"))
            for name, content in authority.certify(names).items():
                server.write(f"{folder}{name}", content)
            connection.execute(text("ALTER INSTANCE RELOAD TLS"))
        engine.dispose()

    return give


def cipher(server: MySQLServer, **settings: object) -> str:
    """How a connection with these settings is encrypted; empty where it is not."""
    found = DatabaseSettings(database_url=server.url, **settings)
    engine = connect(found.url())
    try:
        with reading(engine) as connection:
            _, value = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).one()
    finally:
        engine.dispose()
    return str(value)


def test_a_server_of_the_right_authority_and_name_is_believed(
    server: MySQLServer, authority: Authority, certified: Callable[[Names], None]
) -> None:
    certified(HERE)
    assert cipher(server, mysql_ssl_ca=authority.file)


def test_a_server_of_another_authority_is_not(
    server: MySQLServer, certified: Callable[[Names], None], tmp_path: Path
) -> None:
    certified(HERE)
    with pytest.raises(DatabaseUnavailable, match="MYSQL_SSL_CA") as error:
        cipher(server, mysql_ssl_ca=Authority(tmp_path).file)
    assert "skillgap:skillgap" not in str(error.value)


def test_the_certificate_of_another_server_is_not_believed_unless_told(
    server: MySQLServer, authority: Authority, certified: Callable[[Names], None]
) -> None:
    certified(ELSEWHERE)
    with pytest.raises(DatabaseUnavailable, match=r"not valid for '127\.0\.0\.1'"):
        cipher(server, mysql_ssl_ca=authority.file)
    assert cipher(server, mysql_ssl_ca=authority.file, mysql_ssl_mode="verify_ca")


@pytest.mark.parametrize("mode", ["preferred", "required"])
def test_without_an_authority_the_connection_is_encrypted_all_the_same(server: MySQLServer, mode: str) -> None:
    assert cipher(server, mysql_ssl_mode=mode)


def test_encryption_can_be_demanded_of_a_server_that_has_none(server: MySQLServer) -> None:
    root = make_url(server.url).set(username="root", password="", database="mysql")
    engine = create_engine(root, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET GLOBAL tls_version = ''"))
        connection.execute(text("ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR"))
        try:
            with pytest.raises(DatabaseUnavailable, match=r"SSL|TLS"):
                cipher(server, mysql_ssl_mode="required")
        finally:
            connection.execute(text("SET GLOBAL tls_version = DEFAULT"))
            connection.execute(text("ALTER INSTANCE RELOAD TLS"))
    engine.dispose()


def test_an_authority_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="No such file"):
        DatabaseSettings(mysql_ssl_ca=tmp_path / "ca.pem")
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(ValidationError, match="holds no certificate"):
        DatabaseSettings(mysql_ssl_ca=tmp_path / "ca.pem")


@pytest.mark.parametrize("mode", ["verify_ca", "verify_identity"])
def test_who_wants_to_verify_names_an_authority(mode: str) -> None:
    with pytest.raises(ValidationError, match="MYSQL_SSL_CA"):
        DatabaseSettings(mysql_ssl_mode=mode)

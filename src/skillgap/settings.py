"""Settings: small, frozen, one class a concern, read from the environment when a process starts.

``env/env.env`` lists every variable; inner functions take plain values, never settings.
"""

from __future__ import annotations

import os
import re
import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from skillgap.api_keys import parse_keys

ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is one that may also be read from a file."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


class SecretFiles(PydanticBaseSettingsSource):
    """Reads a secret from the file that NAME_FILE names, as Docker and Kubernetes provide them."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret of a field from its file; None where no file is named or the field is no secret."""
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE")
        if not path or not is_secret(field):
            return None, field_name, False
        if os.environ.get(name):
            raise _fault(f"{field_name}_file", f"set {name} or {name}_FILE, not both")
        try:
            secret = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise _fault(f"{field_name}_file", f"{path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise _fault(f"{field_name}_file", f"{path} is not a text in UTF-8") from None
        if not secret:
            raise _fault(f"{field_name}_file", f"{path} is empty")
        return secret, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All secrets that files are named for."""
        fields = self.settings_cls.model_fields.items()
        secrets = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: secret for name, secret in secrets.items() if secret is not None}


class Settings(BaseSettings):
    """What all settings have in common. An error never shows a value: it may be a secret."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls)


class DatabaseSettings(Settings):
    """Which database. ``DATABASE_URL`` wins; else ``MYSQL_HOST``; else SQLite under ``data/``.

    ``mysql_host`` may name several replicas, separated by commas.
    """

    database_url: SecretStr | None = None
    mysql_host: str | None = None
    mysql_port: int = Field(default=3306, ge=1, le=65535)
    mysql_user: str = "skillgap"
    mysql_password: SecretStr = SecretStr("")
    mysql_database: str = "skillgap"
    mysql_ssl_ca: Path | None = None
    mysql_ssl_mode: Literal["preferred", "required", "verify_ca", "verify_identity"] | None = None

    @field_validator("database_url")
    @classmethod
    def _is_a_supported_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                backend = make_url(value.get_secret_value()).get_backend_name()
            except ArgumentError:
                raise ValueError("not an SQLAlchemy URL such as sqlite:///data/x.sqlite") from None
            if backend not in ("sqlite", "mysql", "mariadb"):
                raise ValueError(f"{backend} is neither sqlite, mysql nor mariadb")
        return value

    @field_validator("mysql_ssl_ca")
    @classmethod
    def _is_an_authority(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except ssl.SSLError:
                raise ValueError(f"{value} holds no certificate") from None
            except OSError as error:
                raise ValueError(f"{value}: {error.strerror}") from None
        return value

    @model_validator(mode="after")
    def _has_an_authority_to_verify_by(self) -> Self:
        if self.mysql_ssl_ca is None and self.mysql_ssl_mode in ("verify_ca", "verify_identity"):
            raise ValueError("MYSQL_SSL_MODE verifies, so MYSQL_SSL_CA must say by which authority")
        return self

    def url(self) -> URL:
        """The database's URL; as text it hides the password."""
        url = self._url()
        return url if url.get_backend_name() == "sqlite" else url.update_query_dict(self._ssl())

    def _ssl(self) -> dict[str, str]:
        """How the connection is encrypted, as query parameters of PyMySQL.

        Preferred is its default: encrypted where the server can, without verifying who it is.
        """
        match self.mysql_ssl_mode or ("verify_identity" if self.mysql_ssl_ca else "preferred"):
            case "required":
                return {"ssl_verify_cert": "false"}
            case "verify_ca":
                return {"ssl_ca": str(self.mysql_ssl_ca), "ssl_check_hostname": "false"}
            case "verify_identity":
                return {"ssl_ca": str(self.mysql_ssl_ca)}
            case _:
                return {}

    def _url(self) -> URL:
        if self.database_url:
            return make_url(self.database_url.get_secret_value())
        if self.mysql_host:
            address = URL.create(
                "mysql+pymysql",
                username=self.mysql_user,
                password=self.mysql_password.get_secret_value(),
                database=self.mysql_database,
                query={"charset": "utf8mb4"},
            )
            hosts = [host for name in self.mysql_host.split(",") if (host := name.strip())]
            if len(hosts) == 1:
                return address.set(host=hosts[0], port=self.mysql_port)
            ports = ["" if urlsplit(f"//{host}").port else f":{self.mysql_port}" for host in hosts]
            replicas = [host + port for host, port in zip(hosts, ports, strict=True)]
            return address.update_query_dict({"host": replicas})
        return URL.create("sqlite", database="data/skillgap.sqlite")


class OnetSettings(Settings):
    """Which release to load, and from where; ``onet_release`` unset: the newest in ``data/``, else 29.2."""

    onet_data: Path | None = None
    onet_release: str | None = Field(default=None, pattern=r"^\d{1,3}\.\d{1,2}$")
    onet_downloads: Path = Path("data/downloads")
    onet_base_url: HttpUrl = HttpUrl("https://www.onetcenter.org/dl_files/database/")
    onet_max_rejected: float = Field(default=0.001, ge=0, le=1)
    onet_accept_incomplete: bool = False


class WebServicesSettings(Settings):
    """O*NET Web Services, for occupations that the release has not rated; off without a key."""

    onet_api_key: SecretStr | None = None
    onet_web_services_url: HttpUrl = HttpUrl("https://api-v2.onetcenter.org/")
    onet_web_services_spacing: float = Field(default=0.2, ge=0, le=60)  # seconds
    onet_on_demand_per_minute: int = Field(default=4, ge=0, le=60)
    onet_on_demand_seconds: float = Field(default=4.0, ge=0, le=30)
    onet_on_demand_remember_hours: float = Field(default=24.0, gt=0)

    @field_validator("onet_api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        key = value.get_secret_value().strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("has characters that no key has")
        return SecretStr(key) if key else None

    @field_validator("onet_web_services_url")
    @classmethod
    def _keeps_the_key_secret(cls, value: HttpUrl) -> HttpUrl:
        if value.scheme != "https" and value.host not in ("127.0.0.1", "localhost", "[::1]"):
            raise ValueError("must begin with https://, or the key could be read in transit")
        return value


class ApiSettings(Settings):
    """Where ``serve`` listens, how often it polls for a new release, and its timeout for the database."""

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=0, le=65535)
    api_poll_seconds: float = Field(default=2.0, gt=0)
    api_database_seconds: float = Field(default=5.0, gt=0, le=300)


class MetricsSettings(Settings):
    """Whether ``/metrics`` is served; ``serve`` sets the folder that several workers share."""

    metrics: bool = True
    prometheus_multiproc_dir: Path | None = None


class AccessSettings(Settings):
    """Who may use the API, and within which limits."""

    api_keys: SecretStr | None = None  # hashes, but they tell who has one
    api_rate_per_minute: int = Field(default=0, ge=0)  # 0: no limit
    api_rate_storage: SecretStr | None = None  # the address may hold a password
    api_rate_loopback: bool = False
    api_trusted_proxies: str = ""
    api_cors_origins: str = ""
    api_request_seconds: float = Field(default=60.0, gt=0, le=3600)
    api_most_connections: int = Field(default=2000, ge=1)  # for each worker

    @field_validator("api_keys")
    @classmethod
    def _names_and_hashes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_keys(value.get_secret_value())
        return value

    @field_validator("api_rate_storage")
    @classmethod
    def _is_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss"):
            raise ValueError("not an address such as redis://host:6379 (of Redis or Valkey)")
        return value

    @field_validator("api_cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in _listed(value):
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is not an origin such as https://hr.example.org")
        return value

    @field_validator("api_trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for address in _listed(value):
            if address != "*":
                ip_network(address, strict=False)
        return value

    def cors_origins(self) -> list[str]:
        """The origins whose pages may read the responses."""
        return _listed(self.api_cors_origins)

    def trusted_proxies(self) -> list[str]:
        """The addresses and networks whose X-Forwarded-For is trusted."""
        return _listed(self.api_trusted_proxies)


class TracingSettings(Settings):
    """Where traces are sent, by OpenTelemetry's own variables; nowhere without an endpoint."""

    otel_exporter_otlp_endpoint: HttpUrl | None = None
    otel_service_name: str = "skillgap"


class LlmSettings(Settings):
    """Which language model rescores levels, within which limits; none without LLM_MODEL.

    Only LLM_API_KEY is ever sent: a key for a paid service that is in the environment must not reach
    another address.
    """

    llm_base_url: HttpUrl | None = None
    llm_model: str | None = Field(default=None, max_length=200)
    llm_api_key: SecretStr | None = None
    llm_runs: int = Field(default=3, ge=1, le=15)
    llm_max_concurrency: int = Field(default=4, ge=1, le=64)
    llm_token_budget: int = Field(default=1_000_000, ge=0)
    llm_timeout_seconds: float = Field(default=120, gt=0, le=3600)
    llm_temperature: float | None = Field(default=None, ge=0, le=2)
    levels: Literal["published", "rescored", "calibrated"] = "published"

    @field_validator("llm_base_url")
    @classmethod
    def _holds_no_key(cls, value: HttpUrl | None) -> HttpUrl | None:
        if value is not None and (value.username or value.password or value.query):
            raise ValueError("an address alone: a key belongs in LLM_API_KEY")
        return value


class LogSettings(Settings):
    """How much is logged, and in which format."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def as_json(self) -> bool:
        """Whether the log is JSON lines."""
        return self.log_format == "json"


def _listed(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _fault(setting: str, text: str) -> ValidationError:
    # The text is no template of the error: a path may hold braces.
    fault = PydanticCustomError("secret_file", "{text}", {"text": text})
    details = InitErrorDetails(type=fault, loc=(setting,), input=None)
    return ValidationError.from_exception_data("settings", [details])

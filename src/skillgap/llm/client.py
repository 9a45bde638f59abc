"""One call of a language model through the chat interface, whatever the server makes of it.

Every result of a call, good or bad, is a ``Reply``: its text, its cost, and what may be tried next.
The caller decides on retries, so that every attempt is seen and counted.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout, ProxyError
from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError, Timeout, omit
from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from skillgap.llm.replies import Next, Reply, ReplyKind, ResponseFormat, Usage
from skillgap.retry_after import retry_after

logger = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
LONGEST_MESSAGE = 1_000  # characters of a fault that are kept
LONGEST_WAIT = 120.0  # seconds that a server may ask the client to wait
CONNECT_SECONDS = 10.0  # for a connection; a call without one was never sent
NEVER_SENT = (ConnectError, ConnectTimeout, PoolTimeout, ProxyError)

_NAMES_THE_FORMAT = re.compile(r"response_format|json_schema|json_object|structured output", re.I)
_REJECTS_IT = re.compile(
    r"not (?:\w+ )?(?:support|accept|allow|permit|valid|available|implement)|unsupported|"
    r"must be|invalid|unknown|unrecogni[sz]ed|extra (?:inputs|fields)",
    re.I,
)
_TOO_LONG = re.compile(r"context.?(?:length|window|size)|maximum context|too (?:long|many tokens)", re.I)
_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{4,}|(?<=Bearer )\S+")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


def _usage_or_none(value: object, read: ValidatorFunctionWrapHandler) -> Usage | None:
    """The usage that a server reports; a count that is none spoils no answer that was paid for."""
    try:
        usage: Usage | None = read(value)
    except ValidationError:
        return None
    return usage


class _Completion(BaseModel):
    """The part of a chat completion that is used, validated."""

    model: str | None = None
    system_fingerprint: str | None = None
    choices: list[_Choice] = Field(min_length=1)
    usage: Annotated[Usage | None, WrapValidator(_usage_or_none)] = None


class Chat:
    """One model at one address. Remembers which response format the server accepts.

    ``timeout_seconds`` is for a call as a whole, also where the server sends a byte now and then.
    Without ``base_url`` it is OpenAI's own. No environment variable of OpenAI's is sent.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None,
        api_key: str | None,
        timeout_seconds: float,
        temperature: float | None = None,
        response_format: ResponseFormat = ResponseFormat.STRICT,
    ) -> None:
        self.model = model
        self.base_url = (base_url or OPENAI).rstrip("/")
        self.temperature = temperature
        self.response_format = response_format
        self._timeout_seconds = timeout_seconds
        self._key = (api_key or "").strip() or "none"  # the client insists on one
        self._client = AsyncOpenAI(
            api_key=self._key,
            admin_api_key="",  # else it is read from the environment, as are the next three
            organization="",
            project="",
            webhook_secret="",
            base_url=self.base_url,
            timeout=Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds / 2)),
            max_retries=0,  # the caller counts every attempt
            default_headers={"Authorization": f"Bearer {self._key}"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def ask(self, system: str, user: str, *, name: str, schema: Mapping[str, Any], token_limit: int) -> Reply:
        """The reply to one prompt: an answer by the JSON schema of at most ``token_limit`` tokens, or a failure.

        When the server does not accept the response format, the next call uses its fallback.
        """
        sent_format = self.response_format
        if not self._key.isascii() or not self._key.isprintable() or " " in self._key:
            fault = "LLM_API_KEY has characters that no key has; nothing was sent"
            return Reply(response_format=sent_format, milliseconds=0, **_failed(fault, Next.STOP), unbilled=True)
        at_openai = self.base_url == OPENAI
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                raw = await self._client.chat.completions.with_raw_response.create(
                    model=self.model,
                    messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                    response_format=_format_parameter(sent_format, name, schema),
                    max_completion_tokens=token_limit if at_openai else omit,
                    max_tokens=omit if at_openai else token_limit,  # the only name local servers know
                    temperature=omit if self.temperature is None else self.temperature,
                    extra_headers={"OpenAI-Organization": omit, "OpenAI-Project": omit},
                )
            reply = self._read(raw.text)
        except APIConnectionError as error:
            reply = self._read_connection_error(error)
        except TimeoutError:
            reply = self._timed_out()
        except APIStatusError as error:
            reply = self._read_error(error, sent_format)
        except OpenAIError as error:
            reply = _failed(str(error), Next.LATER)
        reply["fault"] = self._scrub(reply.get("fault", ""))
        milliseconds = round((time.monotonic() - started) * 1000)
        return Reply(response_format=sent_format, milliseconds=milliseconds, **reply)

    def _read_connection_error(self, error: APIConnectionError) -> dict[str, Any]:
        """A failure on the way; what never left this machine costs nothing."""
        cause = error.__cause__
        if isinstance(cause, NEVER_SENT):
            why = str(cause) or "no answer in time"
            return _failed(f"no connection to {self.base_url}: {why}", Next.LATER) | {"unbilled": True}
        if isinstance(error, APITimeoutError):
            return self._timed_out()
        return _failed(f"{error} {cause or ''}", Next.LATER)

    def _timed_out(self) -> dict[str, Any]:
        return _failed(f"no answer within {self._timeout_seconds:g} s", Next.LATER)

    def _read(self, body: str) -> dict[str, Any]:
        try:
            completion = _Completion.model_validate_json(body)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, fault["loc"]))
            message = f"the server's answer is not a chat completion: {place} {fault['msg']}"
            return _failed(message, Next.LATER) | {"text": self._scrub(body)}
        choice = completion.choices[0]
        reply: dict[str, Any] = {
            "kind": ReplyKind.ANSWER,
            "text": choice.message.content or "",
            "usage": completion.usage if completion.usage and completion.usage.total else None,
            "model_answered": completion.model,
            "system_fingerprint": completion.system_fingerprint,
        }
        if choice.message.refusal:
            reply |= {"kind": ReplyKind.REFUSED, "fault": choice.message.refusal}
        elif choice.finish_reason == "length":
            reply |= {"kind": ReplyKind.CUT, "fault": "the answer was cut at its length limit"}
        elif choice.finish_reason == "content_filter":
            reply |= {"kind": ReplyKind.FILTERED, "fault": "the server's content filter blocked the answer"}
        return reply

    def _read_error(self, error: APIStatusError, sent_format: ResponseFormat) -> dict[str, Any]:
        status, text = error.status_code, str(error)
        reply = _failed(text, Next.STOP)
        # What is rejected costs nothing; of a 500 or a time-out it is unknown.
        reply["unbilled"] = (status < 500 and status != 408) or status == 503
        invalid, fallback = status in (400, 422), sent_format.fallback
        if invalid and fallback and _NAMES_THE_FORMAT.search(text) and _REJECTS_IT.search(text):
            logger.info("%s does not accept %s; trying %s", self.base_url, sent_format, fallback)
            if self.response_format == sent_format:  # else another call has fallen back already
                self.response_format = fallback
            return reply | {"next": Next.AT_ONCE}
        if status == 413 or (invalid and _TOO_LONG.search(f"{error.code} {text}")):
            return reply | {"next": Next.LESS}
        if status in (408, 409, 429) or status >= 500:
            exhausted = error.code == "insufficient_quota"
            forbidden = error.response.headers.get("x-should-retry") == "false"
            following = Next.STOP if exhausted else Next.NOTHING if forbidden else Next.LATER
            return reply | {"next": following, "wait_seconds": _wait_seconds(error.response.headers)}
        return reply

    def _scrub(self, text: str) -> str:
        """The text without keys and what no database stores, and not too long."""
        text = text.encode(errors="replace").decode()  # half a pair of surrogates is no character
        if self._key != "none":
            text = text.replace(self._key, "***")
        return _LIKE_A_KEY.sub("***", text)[:LONGEST_MESSAGE].strip()


def _failed(fault: str, following: Next) -> dict[str, Any]:
    return {"kind": ReplyKind.FAILED, "fault": fault, "next": following}


def _format_parameter(kind: ResponseFormat, name: str, schema: Mapping[str, Any]) -> Any:
    if kind is ResponseFormat.PROMPT:
        return omit
    if kind is ResponseFormat.OBJECT:
        return {"type": "json_object"}
    strict = {"strict": True} if kind is ResponseFormat.STRICT else {}
    return {"type": "json_schema", "json_schema": {"name": name, "schema": dict(schema), **strict}}


def _wait_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks the client to wait; None where it does not say, or for too long."""
    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"\d+(\.\d+)?", milliseconds):
        seconds: float | None = float(milliseconds) / 1000
    else:
        seconds = retry_after(headers.get("retry-after", ""), datetime.now(UTC))
    return None if seconds is None or seconds > LONGEST_WAIT else seconds

"""One call through the real client, and everything a server can make of it."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from skillgap.llm.replies import Next, ReplyKind, ResponseFormat
from tests.llm.fake_model import FakeModel, failing, plain
from tests.onet.rescoring.conftest import KEY, ask


def test_an_answer_comes_with_its_cost_and_its_origin(model: FakeModel) -> None:
    model.script.append(plain(content="{}", model="another-model"))
    reply = ask(model)
    assert (reply.kind, reply.text, reply.model_answered) == (ReplyKind.ANSWER, "{}", "another-model")
    assert reply.usage is not None
    assert reply.usage.total == model.tokens
    assert reply.system_fingerprint == "fp_fake"


def test_what_is_not_configured_is_not_sent(model: FakeModel) -> None:
    ask(model)
    body = model.requests[0].body
    assert body.keys() == {"model", "messages", "response_format", "max_tokens"}
    ask(model, temperature=0.5)
    assert model.requests[1].body["temperature"] == 0.5


def test_nothing_of_openais_environment_reaches_another_address(
    model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "sk-for-a-paid-service")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-for-a-paid-service")
    assert ask(model, api_key=None).kind is ReplyKind.ANSWER
    assert "paid" not in str(model.requests[0].headers)


@pytest.mark.parametrize(
    ("behaviour", "kind", "following"),
    [
        (plain(refusal="I would rather not"), ReplyKind.REFUSED, Next.NOTHING),
        (plain(content="{", finish_reason="length"), ReplyKind.CUT, Next.NOTHING),
        (plain(content=None, finish_reason="content_filter"), ReplyKind.FILTERED, Next.NOTHING),
        (plain(reset=True), ReplyKind.FAILED, Next.LATER),
        (plain(raw=b"data: {\n\ndata: rubbish"), ReplyKind.FAILED, Next.LATER),
        (plain(raw=b'{"choices": []}'), ReplyKind.FAILED, Next.LATER),
        (plain(raw=b'{"choices": [{"message": null}]}'), ReplyKind.FAILED, Next.LATER),
        (plain(raw=b"", headers={"Content-Type": "text/event-stream"}), ReplyKind.FAILED, Next.LATER),
        (failing(500), ReplyKind.FAILED, Next.LATER),
        (failing(503, "Loading model"), ReplyKind.FAILED, Next.LATER),
        (failing(429), ReplyKind.FAILED, Next.LATER),
        (failing(409), ReplyKind.FAILED, Next.LATER),
        (failing(500, headers={"x-should-retry": "false"}), ReplyKind.FAILED, Next.NOTHING),
        (failing(429, code="insufficient_quota"), ReplyKind.FAILED, Next.STOP),
        (failing(401), ReplyKind.FAILED, Next.STOP),
        (failing(403), ReplyKind.FAILED, Next.STOP),
        (failing(404, "no such model"), ReplyKind.FAILED, Next.STOP),
        (failing(400, "temperature is wrong"), ReplyKind.FAILED, Next.STOP),
        (failing(400, code="context_length_exceeded"), ReplyKind.FAILED, Next.LESS),
        (failing(400, "the prompt is too long"), ReplyKind.FAILED, Next.LESS),
        (failing(413), ReplyKind.FAILED, Next.LESS),
    ],
)
def test_every_failure_says_what_may_be_tried_next(
    model: FakeModel, behaviour: Any, kind: ReplyKind, following: Next
) -> None:
    model.script.append(behaviour)
    reply = ask(model)
    assert (reply.kind, reply.next) == (kind, following)
    assert reply.fault
    assert len(model.requests) == 1


def test_a_server_that_stays_silent_is_left_in_time(model: FakeModel) -> None:
    model.script.append(plain(silent=True))
    reply = ask(model, timeout_seconds=0.2)
    assert (reply.kind, reply.next) == (ReplyKind.FAILED, Next.LATER)
    assert reply.fault == "no answer within 0.2 s"


def test_a_server_that_is_not_there_is_a_failure_that_costs_nothing(model: FakeModel) -> None:
    reply = ask(model, base_url="http://127.0.0.1:9/v1")
    assert (reply.kind, reply.next, reply.tokens(999)) == (ReplyKind.FAILED, Next.LATER, 0)
    assert reply.fault == "no connection to http://127.0.0.1:9/v1: All connection attempts failed"


def test_a_server_that_takes_no_connection_is_a_failure_that_costs_nothing(model: FakeModel) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        reply = ask(model, base_url=f"http://127.0.0.1:{full.getsockname()[1]}/v1", timeout_seconds=1)
    assert (reply.kind, reply.next, reply.tokens(999)) == (ReplyKind.FAILED, Next.LATER, 0)
    assert reply.fault.endswith(": no answer in time")


@pytest.mark.parametrize("key", ["schlüssel", "sk-of ours", "sk-of\nours", "sk-\ud800"])
def test_a_key_that_cannot_be_sent_is_said_and_not_shown(model: FakeModel, key: str) -> None:
    reply = ask(model, api_key=key)
    assert (reply.kind, reply.next, reply.tokens(999)) == (ReplyKind.FAILED, Next.STOP, 0)
    assert reply.fault == "LLM_API_KEY has characters that no key has; nothing was sent"
    assert model.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [
        plain(raw=b'{"choices": [{"message": {"content": "\\ud800"}}]}'),
        plain(content="{}", model="\ud800"),
        plain(refusal="\ud800"),
        failing(500, "\ud800 went wrong"),
        failing(400, "it went wrong", code="\ud800"),
    ],
)
def test_half_a_character_can_be_stored(model: FakeModel, behaviour: Any) -> None:
    model.script.append(behaviour)
    reply = ask(model)
    assert f"{reply.text} {reply.fault} {reply.model_answered}".encode()


@pytest.mark.parametrize("tokens", [10**30, -1])
def test_a_count_of_tokens_that_is_none_is_not_counted(model: FakeModel, tokens: int) -> None:
    usage = {"prompt_tokens": tokens, "completion_tokens": 1}
    body = {"choices": [{"message": {"content": "{}"}}], "usage": usage}
    model.script.append(plain(raw=json.dumps(body).encode()))
    reply = ask(model)
    assert (reply.kind, reply.text, reply.tokens(999)) == (ReplyKind.ANSWER, "{}", 999)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "3600"}, None),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_the_server_says_how_long_to_wait(model: FakeModel, headers: dict[str, str], seconds: float | None) -> None:
    model.script.append(failing(429, headers=headers))
    assert ask(model).wait_seconds == seconds


def test_the_server_may_name_the_time_to_come_back_at(model: FakeModel) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    model.script.append(failing(429, headers={"Retry-After": then}))
    assert ask(model).wait_seconds == pytest.approx(60, abs=5)


@pytest.mark.parametrize("status", [429, 400, 401, 503])
def test_what_is_turned_away_costs_nothing(model: FakeModel, status: int) -> None:
    model.script.append(failing(status))
    assert ask(model).unbilled


def test_of_a_500_nobody_knows_the_cost(model: FakeModel) -> None:
    model.script.append(failing(500))
    assert not ask(model).unbilled


@pytest.mark.parametrize(
    "message",
    [
        "'response_format.type' must be 'json_object' or 'text'",
        "response_format json_schema is not supported with this model",
        "Unsupported value: json_schema",
    ],
)
def test_a_response_format_that_is_refused_is_left(model: FakeModel, message: str) -> None:
    model.script.append(failing(400, message))
    reply = ask(model)
    assert (reply.response_format, reply.next) == (ResponseFormat.STRICT, Next.AT_ONCE)


def test_other_faults_of_a_request_do_not_go_down_the_ladder(model: FakeModel) -> None:
    model.script.append(failing(400, "messages: json is invalid"))
    assert ask(model).next is Next.STOP


def test_below_the_last_rung_there_is_nothing(model: FakeModel) -> None:
    model.script.append(failing(400, "response_format is not supported"))
    assert ask(model, response_format=ResponseFormat.PROMPT).next is Next.STOP


@pytest.mark.parametrize(
    "behaviour",
    [
        failing(401, f"Incorrect API key provided: {KEY}"),
        failing(500, f"Bearer {KEY} and sk-proj-another-one failed"),
        plain(raw=f"<html>{KEY}".encode()),
        plain(content="{}"),
        plain(reset=True),
    ],
)
def test_the_key_is_in_no_log_and_in_no_fault(
    model: FakeModel, caplog: pytest.LogCaptureFixture, behaviour: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    model.script.append(behaviour)
    reply = ask(model)
    assert model.requests[0].headers["authorization"] == f"Bearer {KEY}"
    for text in (caplog.text, reply.fault):
        assert KEY not in text
        assert "sk-proj" not in text

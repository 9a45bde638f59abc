"""A server of ours on loopback with the chat completions interface, which misbehaves on demand.

It is what the tests and the worked run of docs/rescoring.md talk to through the real client:
``python -m tests.llm.fake_model PORT`` serves it. Its levels are made up from a digest of title and
skill; they mean nothing.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

FORMATS = ("json_schema_strict", "json_schema", "json_object", "prompt_only")
SKILL_LINE = re.compile(r"^(\d\.[A-Z]\.\d\.[a-z]) ", re.MULTILINE)
TITLE = re.compile(r"<occupation>\n(.*)\n")
REASON = "a made-up reason"


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def user(self) -> str:
        text: str = self.body["messages"][1]["content"]
        return text

    @property
    def title(self) -> str:
        found = TITLE.search(self.user)
        return found[1] if found else ""

    @property
    def element_ids(self) -> list[str]:
        return SKILL_LINE.findall(self.user)

    @property
    def response_format(self) -> str:
        given = self.body.get("response_format")
        if given is None:
            return "prompt_only"
        strict = given.get("json_schema", {}).get("strict")
        return f"{given['type']}_strict" if strict else str(given["type"])


def made_up_level(title: str, element_id: str) -> float:
    """A level from 0 to 6 in steps of 0.5, always the same for the same title and skill."""
    return sha256(f"{title} {element_id}".encode()).digest()[0] % 13 / 2


@dataclass
class Answer:
    """What is sent back: a chat completion, unless ``status`` or ``raw`` say otherwise."""

    content: str | None = None
    finish_reason: str = "stop"
    refusal: str | None = None
    usage: bool = True
    model: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    raw: bytes | None = None
    reset: bool = False
    silent: bool = False  # never answers


Behaviour = Callable[["FakeModel", Asked], Answer]


def rating(title: str, element_id: str, **changes: Any) -> dict[str, Any]:
    level = made_up_level(title, element_id)
    return {
        "element_id": element_id,
        "level": level,
        "not_relevant": False,
        "confidence": "high",
        "reason": REASON,
    } | changes


def ratings(model: FakeModel, asked: Asked) -> list[dict[str, Any]]:
    """What a good answer holds."""
    return [rating(asked.title, one, level=model.level_of(asked.title, one)) for one in asked.element_ids]


def as_text(found: list[dict[str, Any]]) -> str:
    return json.dumps({"ratings": found})


def good(model: FakeModel, asked: Asked) -> Answer:
    if "<gap>" in asked.user:
        return Answer(model.narrative)
    return Answer(as_text(ratings(model, asked)))


def failing(status: int, message: str = "it went wrong", **error: Any) -> Behaviour:
    headers = error.pop("headers", {})
    return lambda *_: Answer(status=status, error={"message": message} | error, headers=headers)


def changed(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Behaviour:
    """A good answer with its list of ratings changed."""
    return lambda model, asked: Answer(as_text(change(ratings(model, asked))))


def wrapped(before: str, after: str = "") -> Behaviour:
    return lambda model, asked: Answer(before + as_text(ratings(model, asked)) + after)


def cut_after(share: float) -> Behaviour:
    def behave(model: FakeModel, asked: Asked) -> Answer:
        text = as_text(ratings(model, asked))
        return Answer(text[: int(len(text) * share)], finish_reason="length")

    return behave


def plain(**fields: Any) -> Behaviour:
    return lambda *_: Answer(**fields)


def good_but(**fields: Any) -> Behaviour:
    return lambda model, asked: Answer(as_text(ratings(model, asked)), **fields)


class FakeModel:
    """The server. ``script`` is what it does next, in order; then it behaves."""

    def __init__(self, script: Iterable[Behaviour] = (), port: int = 0) -> None:
        self.script = deque(script)
        self.accepts: set[str] = set(FORMATS)
        self.level_of = made_up_level
        self.narrative = json.dumps({"paragraphs": [], "steps": []})
        self.context_bytes = 10**9
        self.requests: list[Asked] = []
        self.answered: list[Asked] = []  # what a provider would have charged for
        self.tokens = 0  # of all answers with usage
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.before: Callable[[int], None] = lambda _: None
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            self.requests.append(asked)
            number = len(self.requests)
        self.before(number)
        if asked.response_format not in self.accepts:
            kind = asked.response_format.removesuffix("_strict")
            message = f"'response_format' of type {kind} is not supported by this server"
            return Answer(status=400, error={"message": message, "param": "response_format"})
        if len(asked.user) > self.context_bytes:
            message = "This model's maximum context length is smaller than your messages"
            return Answer(status=400, error={"message": message, "code": "context_length_exceeded"})
        with self.lock:
            behave = self.script.popleft() if self.script else good
        return behave(self, asked)

    def completion(self, asked: Asked, answer: Answer) -> bytes:
        prompt = sum(len(one["content"]) for one in asked.body["messages"]) // 4
        limit = asked.body.get("max_tokens") or asked.body["max_completion_tokens"]
        content, finish = answer.content, answer.finish_reason
        if content is not None and len(content) // 4 > limit:
            content, finish = content[: limit * 4], "length"
        usage = {"prompt_tokens": prompt, "completion_tokens": len(content or "") // 4}
        message = {"role": "assistant", "content": content, "refusal": answer.refusal}
        body: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": answer.model or asked.body["model"],
            "system_fingerprint": "fp_fake",
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        }
        if answer.usage:
            body["usage"] = usage | {"total_tokens": sum(usage.values())}
        with self.lock:
            self.answered.append(asked)
            self.tokens += sum(usage.values())
        return json.dumps(body).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(body, headers)
                answer = model.answer(asked)
                if answer.silent:
                    model.closing.wait()
                elif answer.reset:
                    # closes with a reset instead of an end
                    option = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
                    self.close_connection = True
                elif answer.raw is not None:
                    self.send(answer, answer.raw)
                elif answer.error is not None:
                    self.send(answer, json.dumps({"error": answer.error}).encode())
                else:
                    self.send(answer, model.completion(asked, answer))

            def send(self, answer: Answer, body: bytes) -> None:
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json"} | answer.headers
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        return Handler


if __name__ == "__main__":
    with FakeModel(port=int(sys.argv[1])) as served:
        served.closing.wait()

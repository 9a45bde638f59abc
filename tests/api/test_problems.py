"""Every problem that can be sent has its page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from skillgap.api.problems import ALL_PROBLEMS, PROBLEMS, Problem, answer_with_problems
from skillgap.errors import RequestError, SeveralFaults

STATUSES = (400, 401, 403, 404, 405, 406, 413, 415, 418, 422, 429, 500, 501, 503)


def kinds(error: type[RequestError]) -> Iterator[type[RequestError]]:
    """Every class of error that a request can end with."""
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.fixture
def failing_client() -> TestClient:
    """An app that fails with the HTTP status in the address, and responds with our problems."""
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/{status}")
    async def fail(status: int) -> None:
        raise HTTPException(status)

    return TestClient(app)


@pytest.mark.parametrize("problem", ALL_PROBLEMS, ids=lambda problem: problem.code)
def test_a_problem_has_a_page_with_its_status(sample_client: TestClient, problem: Problem) -> None:
    page = sample_client.get(f"/problems/{problem.code}").json()
    assert page == problem._asdict()


@pytest.mark.parametrize("error", sorted(kinds(RequestError), key=lambda kind: kind.__name__))
def test_an_error_of_a_request_is_a_problem_with_its_code(error: type[RequestError]) -> None:
    assert error is SeveralFaults or PROBLEMS[error].code == error.code


@pytest.mark.parametrize("status", STATUSES)
def test_whatever_a_library_raises_is_a_problem_that_has_a_page(
    sample_client: TestClient, failing_client: TestClient, status: int
) -> None:
    problem = failing_client.get(f"/{status}").json()
    page = sample_client.get(problem["type"])
    assert (page.status_code, page.json()["status"]) == (200, problem["status"])


def test_a_code_is_used_once() -> None:
    assert len({problem.code for problem in ALL_PROBLEMS}) == len(ALL_PROBLEMS)

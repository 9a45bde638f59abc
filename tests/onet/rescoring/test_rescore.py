"""Rescoring against a model that misbehaves: nothing that was paid for is lost or paid again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url, text

from skillgap.database.engine import connect
from skillgap.database.locks import rescoring_lock
from skillgap.errors import DatabaseUnavailable, RescoringInProgress
from skillgap.onet.rescoring import job as rescoring_job
from skillgap.onet.rescoring.plan import sample_occupations, unrated_occupations
from tests.conftest import SAMPLE, load
from tests.llm.fake_model import (
    FakeModel,
    changed,
    cut_after,
    failing,
    good,
    good_but,
    made_up_level,
    plain,
    rating,
    wrapped,
)
from tests.onet.rescoring.conftest import KEY, Rescore, catalogue_of, rows

DEVELOPERS, COOKS = "15-1252.00", "35-2014.00"
LEVELS = "SELECT element_id, level FROM rescored_levels ORDER BY element_id, call_id"
OUTCOMES = "SELECT outcome FROM rescoring_calls ORDER BY call_id"


def outcomes(engine: Engine) -> list[str]:
    return [outcome for (outcome,) in rows(engine, OUTCOMES)]


def test_all_skills_of_an_occupation_are_rated_in_one_call(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    job = run_job(DEVELOPERS)
    assert (job.progress.done, job.progress.calls, job.progress.levels) == (1, 1, 35)
    found = dict(rows(sample_engine, LEVELS))
    assert len(found) == 35
    assert found["2.A.1.a"] == made_up_level("Software Developers", "2.A.1.a")
    assert len(model.requests[0].element_ids) == 35


def test_a_call_is_kept_with_all_that_tells_where_its_numbers_come_from(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.script.append(good_but(model="a-model-2026-11"))
    progress = run_job(DEVELOPERS, chat={"temperature": 0.2}).progress
    with sample_engine.connect() as connection:
        call = connection.execute(text("SELECT * FROM rescoring_calls")).mappings().one()
    assert {name for name, value in call.items() if value is None} == {"cached_tokens", "message", "answer"}
    assert call["release"] == "sample"
    assert (call["model"], call["model_answered"]) == ("a-model", "a-model-2026-11")
    assert (call["prompt_version"], call["temperature"]) == ("levels-2", 0.2)
    assert (call["outcome"], call["response_format"]) == ("ok", "json_schema_strict")
    assert call["tokens_counted"] == progress.tokens == progress.budget.spent == model.tokens
    assert call["prompt_tokens"] + call["completion_tokens"] == model.tokens


def test_what_is_there_is_not_asked_again(model: FakeModel, run_job: Rescore) -> None:
    run_job(DEVELOPERS, COOKS)
    again = run_job(DEVELOPERS, COOKS)
    assert (again.progress.runs, len(model.requests)) == (0, 2)
    assert run_job(DEVELOPERS, runs=3).progress.calls == 2


@pytest.mark.parametrize("options", [{"llm": "another-model"}, {"chat": {"temperature": 1.0}}], ids=str)
def test_another_model_or_another_temperature_is_asked_anew(
    model: FakeModel, run_job: Rescore, options: dict[str, Any]
) -> None:
    run_job(DEVELOPERS)
    run_job(DEVELOPERS, **options)
    assert len(model.answered) == 2


def test_runs_differ_in_the_order_of_the_skills(model: FakeModel, run_job: Rescore) -> None:
    run_job(DEVELOPERS, runs=3)
    assert len({tuple(asked.element_ids) for asked in model.requests}) == 3
    assert len({frozenset(asked.element_ids) for asked in model.requests}) == 1


def test_the_first_runs_of_all_come_first(model: FakeModel, run_job: Rescore) -> None:
    run_job(DEVELOPERS, COOKS, runs=2)
    titles = [asked.title for asked in model.requests]
    assert titles[:2] == titles[2:]
    assert len({*titles}) == 2


NINE = "2.A.2.b"


def changes(found: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    others = [one for one in found if one["element_id"] != NINE]
    return {
        "missing": others,
        "nine": [*others, rating("x", NINE, level=9)],
        "twice": [*others, rating("x", NINE, level=1), rating("x", NINE, level=2)],
        "not relevant at 3": [*others, rating("x", NINE, level=3, not_relevant=True)],
    }


@pytest.mark.parametrize("fault", ["missing", "nine", "twice", "not relevant at 3"])
def test_of_an_answer_that_is_partly_wrong_only_the_rest_is_asked_again(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, fault: str
) -> None:
    model.script.append(changed(lambda found: changes(found)[fault]))
    assert run_job(DEVELOPERS).progress.done == 1
    assert [asked.element_ids for asked in model.requests[1:]] == [[NINE]]
    assert "Your answer before this one could not be used in full" in model.requests[1].user
    assert NINE in model.requests[1].user.rpartition("in full")[2]
    assert outcomes(sample_engine) == ["partial", "ok"]
    assert len(rows(sample_engine, LEVELS)) == 35


def test_an_extra_skill_costs_nothing_more(model: FakeModel, run_job: Rescore, sample_engine: Engine) -> None:
    model.script.append(changed(lambda found: [*found, rating("x", "2.B.9.z")]))
    assert run_job(DEVELOPERS).progress.calls == 1
    assert len(rows(sample_engine, LEVELS)) == 35


@pytest.mark.parametrize(
    "behaviour",
    [
        wrapped("Certainly! Here are [my] {ratings}:\n```json\n", "\n```\nI hope this helps."),
        wrapped("<think>Levels from 0 to {7}...</think>"),
        good_but(usage=False),
        good_but(model="another-model"),
    ],
)
def test_an_answer_with_something_around_it_is_used(model: FakeModel, run_job: Rescore, behaviour: Any) -> None:
    model.script.append(behaviour)
    job = run_job(DEVELOPERS)
    assert (job.progress.calls, job.progress.levels) == (1, 35)


def test_without_reported_usage_the_estimate_is_counted(model: FakeModel, run_job: Rescore) -> None:
    model.script.append(good_but(usage=False))
    assert run_job(DEVELOPERS).progress.budget.spent > model.tokens


def test_of_an_answer_that_is_cut_the_beginning_is_used(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.script.append(cut_after(0.6))
    assert run_job(DEVELOPERS).progress.done == 1
    first, second = model.requests
    assert 10 < len(second.element_ids) < 20
    assert {*second.element_ids} < {*first.element_ids}
    assert outcomes(sample_engine) == ["cut", "ok"]
    assert len(rows(sample_engine, LEVELS)) == 35


def test_an_answer_that_is_cut_at_once_gets_more_room(model: FakeModel, run_job: Rescore) -> None:
    model.script.append(plain(content="<think>So many skills", finish_reason="length"))
    assert run_job(DEVELOPERS).progress.levels == 35
    limits = [asked.body["max_tokens"] for asked in model.requests]
    assert limits == [3900, 2 * (400 + 17 * 100), 2 * (400 + 17 * 100), 2 * (400 + 100)]


def test_a_question_that_is_too_long_is_asked_in_parts(model: FakeModel, run_job: Rescore) -> None:
    model.context_bytes = 6_000
    job = run_job(DEVELOPERS)
    assert (job.progress.done, job.progress.levels) == (1, 35)
    assert job.progress.tokens == model.tokens


@pytest.mark.parametrize(
    "behaviour",
    [
        failing(429),
        failing(500),
        failing(503, "Loading model"),
        plain(reset=True),
        plain(raw=b"data: {rubbish\n\n", headers={"Content-Type": "text/event-stream"}),
    ],
)
def test_what_passes_is_tried_again_after_a_while(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, behaviour: Any
) -> None:
    model.script.extend([behaviour, behaviour])
    job = run_job(DEVELOPERS)
    assert (job.progress.done, job.progress.levels) == (1, 35)
    assert outcomes(sample_engine) == ["failed", "failed", "ok"]
    assert 0.25 <= job.waited[0] <= 0.5 <= job.waited[1] <= 1


def test_the_server_may_say_how_long_that_is(model: FakeModel, run_job: Rescore) -> None:
    model.script.append(failing(429, headers={"Retry-After": "17"}))
    assert run_job(DEVELOPERS).waited == [17]


def test_a_time_out_is_tried_again_and_counted_as_if_it_had_cost(model: FakeModel, run_job: Rescore) -> None:
    model.script.append(plain(silent=True))
    job = run_job(DEVELOPERS, chat={"timeout_seconds": 0.5})
    assert (job.progress.done, len(model.answered)) == (1, 1)
    assert job.progress.budget.spent > 2 * model.tokens


@pytest.mark.parametrize(
    "behaviour", [plain(refusal="I would rather not"), plain(content=None, finish_reason="content_filter")]
)
def test_a_refusal_is_not_argued_with(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, behaviour: Any
) -> None:
    model.script.append(behaviour)
    job = run_job(DEVELOPERS, COOKS)
    assert (job.progress.given_up, job.progress.done, len(model.requests)) == (1, 1, 2)
    assert outcomes(sample_engine)[1] == "ok"


def test_answers_without_sense_end_in_smaller_groups_and_then_at_all(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.script.extend([plain(content="Nice weather today.")] * 3)
    job = run_job(DEVELOPERS)
    assert [len(asked.element_ids) for asked in model.requests] == [35, 17, 8]
    assert job.progress.given_up == 1
    assert job.progress.stopped == "no level was received: there is no JSON object with ratings in the answer"
    kept = rows(sample_engine, "SELECT DISTINCT answer FROM rescoring_calls")
    assert kept == [("Nice weather today.",)]


def test_only_fruitless_answers_in_a_row_end_an_occupation(model: FakeModel, run_job: Rescore) -> None:
    nonsense = plain(content="Nice weather today.")
    model.script.extend([nonsense, nonsense, good, nonsense, nonsense, good, nonsense, nonsense])
    job = run_job(DEVELOPERS)
    assert [len(asked.element_ids) for asked in model.requests[:8]] == [35, 17, 8, 8, 4, 2, 2, 1]
    assert (job.progress.done, job.progress.given_up, job.progress.levels) == (1, 0, 35)


def test_half_a_character_in_a_reply_spoils_nothing_else(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.script.append(
        changed(lambda found: [*found[1:], found[0] | {"element_id": "2.A.1\ud800", "reason": "\udfff"}])
    )
    job = run_job(DEVELOPERS)
    assert (job.progress.done, job.progress.stopped) == (1, "")
    assert outcomes(sample_engine) == ["partial", "ok"]


def test_a_reply_of_long_characters_is_stored(engine: Engine, model: FakeModel, run_job: Rescore) -> None:
    load(engine, SAMPLE)
    model.script.append(plain(content="🙂" * 30_000))
    job = run_job(DEVELOPERS, engine=engine)
    assert (job.progress.done, job.progress.broken) == (1, False)


def test_a_server_that_is_not_there_stops_the_job_and_costs_nothing(run_job: Rescore, sample_engine: Engine) -> None:
    job = run_job(DEVELOPERS, chat={"base_url": "http://127.0.0.1:9/v1"})
    assert (job.progress.broken, job.progress.tokens, job.progress.budget.spent) == (True, 0, 0)
    assert job.progress.stopped.startswith("the last call failed: no connection to http://127.0.0.1:9/v1: ")
    assert rows(sample_engine, "SELECT SUM(tokens_counted), COUNT(*) FROM rescoring_calls") == [(0, 4)]


def test_a_job_without_one_usable_answer_says_so(model: FakeModel, run_job: Rescore) -> None:
    model.script.append(plain(refusal="I would rather not"))
    job = run_job(DEVELOPERS)
    assert (job.progress.broken, job.progress.stopped) == (True, "no level was received: I would rather not")


@pytest.mark.parametrize("max_concurrency", [1, 4])
def test_a_database_that_stays_locked_stops_the_job_with_its_reason(
    model: FakeModel, run_job: Rescore, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, max_concurrency: int
) -> None:
    monkeypatch.setattr(rescoring_job, "DATABASE_TIMEOUT", 0)
    engine = connect(make_url(f"{sqlite_url}?timeout=0.05"))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), check_same_thread=False)
    model.before = lambda number: number == 6 and other.execute("BEGIN IMMEDIATE")
    codes = list(catalogue_of(engine).occupations)
    job = run_job(*codes, engine=engine, max_concurrency=max_concurrency)
    other.close()
    assert job.progress.broken
    assert job.progress.stopped == "Another load is writing to this database. Try again when it is done."
    assert 1 <= len(model.requests) - job.progress.calls <= max_concurrency  # those in flight
    engine.dispose()


def test_a_call_that_cannot_be_logged_gives_its_tokens_back(
    model: FakeModel, run_job: Rescore, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring_job, "DATABASE_TIMEOUT", 0)
    engine = connect(make_url(f"{sqlite_url}?timeout=0.05"))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        # There is room for one call at a time: the second worker waits for what the first one has reserved.
        job = run_job(DEVELOPERS, COOKS, engine=engine, max_concurrency=2, token_budget=15_000)
    assert (model.requests, job.progress.budget.spent, job.progress.broken) == ([], 0, True)
    engine.dispose()


def test_a_wrong_key_stops_everything_and_is_in_no_row(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.script.extend([failing(401, f"Incorrect API key provided: {KEY}")] * 9)
    job = run_job(DEVELOPERS, COOKS, runs=3)
    assert (len(model.requests), job.progress.broken, job.progress.budget.spent) == (1, True, 0)
    assert "Incorrect API key provided: ***" in job.progress.stopped
    assert KEY not in str(rows(sample_engine, "SELECT * FROM rescoring_calls"))


def test_a_server_that_fails_all_the_time_is_left_alone(model: FakeModel, run_job: Rescore) -> None:
    model.script.extend([failing(500)] * 99)
    catalogue_codes = [DEVELOPERS, COOKS]
    job = run_job(*catalogue_codes, runs=5)
    assert len(model.requests) == rescoring_job.ATTEMPTS * rescoring_job.FAILURES
    assert job.progress.stopped.startswith("5 calls in a row failed")


def test_the_ladder_is_gone_down_once_and_remembered(model: FakeModel, run_job: Rescore) -> None:
    model.accepts = {"json_object", "prompt_only"}
    run_job(DEVELOPERS, COOKS)
    run_job(COOKS, runs=2)
    assert [asked.response_format for asked in model.requests] == [
        "json_schema_strict",
        "json_schema",
        "json_object",
        "json_object",
        "json_object",
    ]


def test_a_server_that_knows_no_format_is_asked_in_words(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.accepts = {"prompt_only"}
    model.script.append(wrapped("Sure: ", " Bye."))
    assert run_job(DEVELOPERS).progress.levels == 35
    last = "SELECT response_format FROM rescoring_calls ORDER BY call_id DESC LIMIT 1"
    assert rows(sample_engine, last) == [("prompt_only",)]


@pytest.mark.parametrize("max_concurrency", [1, 8])
@pytest.mark.parametrize("limits", [(9_000, 0), (11_000, 1), (30_000, 5), (60_000, 13)])
def test_the_budget_is_never_exceeded_and_used_as_far_as_it_reaches(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, limits: tuple[int, int], max_concurrency: int
) -> None:
    budget, calls = limits
    codes = list(catalogue_of(sample_engine).occupations)
    job = run_job(*codes, max_concurrency=max_concurrency, token_budget=budget)
    assert model.tokens <= job.progress.budget.spent <= budget
    assert job.progress.stopped.startswith(f"of the {budget:,} tokens in 24 hours ")
    assert not job.progress.broken
    assert job.progress.calls == calls


def test_the_budget_holds_over_jobs_and_over_killed_calls(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    first = run_job(DEVELOPERS).progress.budget.spent
    with sample_engine.begin() as connection:
        connection.execute(text("UPDATE rescoring_calls SET outcome = 'sent', tokens_counted = 50000"))
    job = run_job(COOKS, token_budget=55_000)
    assert (job.progress.calls, first < 50_000) == (0, True)
    with sample_engine.begin() as connection:
        connection.execute(text("UPDATE rescoring_calls SET created_at = '2026-01-01 00:00:00'"))
    assert run_job(COOKS, token_budget=55_000).progress.calls == 1


@pytest.mark.parametrize("max_concurrency", [1, 3, 8])
def test_never_more_calls_are_on_their_way_than_allowed(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, max_concurrency: int
) -> None:
    query = "SELECT COUNT(*) FROM rescoring_calls WHERE outcome = 'sent'"
    on_their_way: list[int] = []
    model.before = lambda _: on_their_way.append(rows(sample_engine, query)[0][0])
    codes = list(catalogue_of(sample_engine).occupations)[:12]
    assert run_job(*codes, max_concurrency=max_concurrency).progress.done == 12
    assert 1 <= max(on_their_way) <= max_concurrency


def test_a_job_may_be_given_its_time(model: FakeModel, run_job: Rescore) -> None:
    job = run_job(DEVELOPERS, max_seconds=0)
    assert (model.requests, job.progress.broken) == ([], False)
    assert job.progress.stopped == "0 s are over; the next rescoring resumes"


def test_an_answer_waits_for_a_database_that_is_away_for_a_moment(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring_job, "LONGEST_DELAY", 0.01)
    away = iter([True, True])

    def refuse(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE rescoring_calls") and next(away, False):
            raise DatabaseUnavailable("gone for a moment")

    event.listen(sample_engine, "before_cursor_execute", refuse)
    assert run_job(DEVELOPERS).progress.levels == 35
    assert len(model.requests) == 1


def test_two_rescorings_at_once_are_refused(engine: Engine) -> None:
    with (
        rescoring_lock(engine),
        pytest.raises(RescoringInProgress, match="Another rescoring is running"),
        rescoring_lock(engine),
    ):
        pass
    with rescoring_lock(engine):
        pass


def test_levels_are_kept_the_same_on_every_database(engine: Engine, model: FakeModel, run_job: Rescore) -> None:
    load(engine, SAMPLE)
    model.script.append(changed(lambda found: found[:30]))
    assert run_job(DEVELOPERS, engine=engine).progress.done == 1
    assert run_job(DEVELOPERS, engine=engine).progress.runs == 0
    found = rows(engine, LEVELS)
    assert len(found) == 35
    assert float(dict(found)["2.A.1.a"]) == made_up_level("Software Developers", "2.A.1.a")
    load(engine, SAMPLE, again=True)
    assert rows(engine, LEVELS) == found


def test_a_sample_is_drawn_over_families_and_zones_and_always_the_same(sample_engine: Engine) -> None:
    catalogue = catalogue_of(sample_engine)
    drawn = sample_occupations(catalogue, 8, seed=1)
    assert drawn == sample_occupations(catalogue, 8, seed=1)
    assert drawn != sample_occupations(catalogue, 8, seed=2)
    strata = {(code[:2], catalogue.occupations[code].job_zone) for code in drawn}
    assert len(strata) == 8
    everything = sample_occupations(catalogue, 99, seed=1)
    assert sorted(everything) == sorted(catalogue.profiles["skills"])


def test_unrated_occupations_are_those_without_skills(sample_engine: Engine) -> None:
    assert unrated_occupations(catalogue_of(sample_engine)) == ["15-1299.00", "55-1016.00"]

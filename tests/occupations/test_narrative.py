"""``explain=llm``: told from the answer's own figures, once, or not at all with a note why."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.llm.client import Chat
from skillgap.occupations.pair.narrative import Narrator, NoNarrative, grounded
from tests.llm.fake_model import FakeModel, failing, plain
from tests.onet.rescoring.conftest import KEY
from tests.onet.rescoring.test_answers import COOKS, DEVELOPERS, Serve, gap, serve

__all__ = ["serve"]  # a fixture

FACTS = {
    "from": "Cooks",
    "to": "Software Developers",
    "gaps": 20,
    "skills": [{"element_id": "2.B.3.e", "element_name": "Programming", "to_level": 4.5, "difference": 4.5}],
}
TEXT = "Programming is the widest gap: level 4.5 is needed."


def told(text: str = TEXT, element_id: str = "2.B.3.e") -> str:
    return json.dumps(
        {
            "paragraphs": [{"element_ids": [element_id], "text": text}],
            "steps": [{"element_id": "2.B.3.e", "text": "Learn to write a small program."}],
        }
    )


@pytest.fixture
def client(serve: Serve, model: FakeModel) -> TestClient:
    return serve(llm_model="a-model", llm_base_url=model.url, llm_api_key=KEY)


def test_a_gap_is_told_once_and_kept(client: TestClient, model: FakeModel) -> None:
    widest = gap(client, COOKS, DEVELOPERS)["skill_gaps"][0]
    text = f"{widest['element_name']} is needed at level {widest['to_level']:g}."
    model.narrative = told(text, widest["element_id"])
    answer = gap(client, COOKS, DEVELOPERS, explain="llm")
    assert answer["narrative"]["paragraphs"] == [{"element_ids": [widest["element_id"]], "text": text}]
    assert answer["narrative"]["model"] == "a-model"
    assert answer["skill_gaps"][0]["explanation"]["sentence"]
    assert "The narrative is a language model's" in answer["notes"][-1]
    assert gap(client, COOKS, DEVELOPERS, explain="llm") == answer
    assert len(model.requests) == 1


def test_the_model_is_told_the_answers_own_figures_and_no_more(client: TestClient, model: FakeModel) -> None:
    answer = gap(client, COOKS, DEVELOPERS, explain="llm")
    facts = json.loads(model.requests[0].user.split("<gap>")[1].split("</gap>")[0])
    assert [one["element_id"] for one in facts["skills"]] == [one["element_id"] for one in answer["skill_gaps"][:8]]
    assert facts["skills"][0]["to_level"] == answer["skill_gaps"][0]["to_level"]
    assert facts.keys() == {"from", "to", "gaps", "skills"}


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (failing(500, f"no {KEY}"), "The language model could not be asked."),
        (failing(401, f"Incorrect API key provided: {KEY}"), "The language model could not be"),
        (plain(refusal="no"), "The language model could not be asked."),
        (plain(content="Learn everything."), "said nothing that the figures bear out"),
        (plain(content=told("You earn 90000 more.")), "said nothing that the figures bear out"),
    ],
)
def test_without_a_narrative_the_anchors_explain_and_a_note_says_why(
    client: TestClient, model: FakeModel, behaviour: Any, why: str
) -> None:
    model.script.append(behaviour)
    response = client.get("/skill-gap", params={"from": COOKS, "to": DEVELOPERS, "explain": "llm"})
    answer = response.json()
    assert (response.status_code, answer["narrative"]) == (200, None)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    assert why in answer["notes"][-1]
    assert "explain=anchors" in answer["notes"][-1]
    assert answer["skill_gaps"][0]["explanation"]["sentence"]
    assert KEY not in response.text
    gap(client, COOKS, DEVELOPERS, explain="llm")
    assert len(model.requests) == 2  # a failure is not kept


def test_a_model_that_is_slow_does_not_hold_the_answer_up(serve: Serve, model: FakeModel) -> None:
    client = serve(llm_model="a-model", llm_base_url=model.url, llm_api_key=KEY, llm_timeout_seconds=0.2)
    model.script.append(plain(silent=True))
    assert "could not be asked" in gap(client, COOKS, DEVELOPERS, explain="llm")["notes"][-1]


def test_a_model_that_is_away_is_left_alone_for_a_while(client: TestClient, model: FakeModel) -> None:
    model.script.extend([failing(503)] * 9)
    for _ in range(5):
        assert gap(client, COOKS, DEVELOPERS, explain="llm")["narrative"] is None
    assert len(model.requests) == 3


def test_without_a_model_it_says_so(serve: Serve) -> None:
    notes = gap(serve(), COOKS, DEVELOPERS, explain="llm")["notes"]
    assert notes[-1].startswith("No language model is configured. The gap is explained by O*NET's")


def test_the_budget_holds(serve: Serve, model: FakeModel) -> None:
    client = serve(llm_model="a-model", llm_base_url=model.url, llm_api_key=KEY, llm_token_budget=1_000)
    notes = gap(client, COOKS, DEVELOPERS, explain="llm")["notes"]
    assert notes[-1].startswith("The budget for the language model is used up.")
    assert model.requests == []


def test_two_who_ask_at_once_share_one_call(model: FakeModel) -> None:
    model.narrative = told()

    async def both() -> list[Any]:
        async with Chat("m", base_url=model.url, api_key=None, timeout_seconds=5) as chat:
            narrator = Narrator(chat, 10**6)
            return await asyncio.gather(narrator.narrate(FACTS), narrator.narrate(FACTS))

    first, second = asyncio.run(both())
    assert first is second
    assert len(model.requests) == 1


def test_the_response_format_is_found_for_narratives_too(model: FakeModel) -> None:
    model.narrative = told()
    model.accepts = {"prompt_only"}

    async def tell() -> Any:
        async with Chat("m", base_url=model.url, api_key=None, timeout_seconds=5) as chat:
            return await Narrator(chat, 10**6).narrate(FACTS)

    assert asyncio.run(tell()).paragraphs[0].text == TEXT


@pytest.mark.parametrize(
    ("text", "element_id", "kept"),
    [
        (TEXT, "2.B.3.e", 1),
        ("Of 20 gaps it is the widest, on a scale to 7.", "2.B.3.e", 1),
        ("It takes 3 years.", "2.B.3.e", 0),
        (TEXT, "2.A.1.a", 0),
        ("See https://example.org for a course.", "2.B.3.e", 0),
        ("<b>Programming</b> is needed.", "2.B.3.e", 0),
        ("", "2.B.3.e", 0),
        ("Programming. " * 60, "2.B.3.e", 0),
    ],
)
def test_only_what_the_facts_bear_out_is_kept(text: str, element_id: str, kept: int) -> None:
    paragraphs, steps = grounded(f"Sure!\n{told(text, element_id)}\nBye.", FACTS)
    assert (len(paragraphs), len(steps)) == (kept, 1)


def test_without_the_library_of_the_model_the_service_goes_on_and_says_so(
    serve: Serve, model: FakeModel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)  # as in the image of the API
    client = serve(llm_model="a-model", llm_base_url=model.url, llm_api_key=KEY)

    assert gap(client, COOKS, DEVELOPERS, explain="llm")["narrative"] is None
    assert "explain=llm is off: the library openai is not installed" in caplog.text


def test_nothing_usable_is_not_told(model: FakeModel) -> None:
    async def tell() -> None:
        async with Chat("m", base_url=model.url, api_key=None, timeout_seconds=5) as chat:
            await Narrator(chat, 10**6).narrate(FACTS)

    with pytest.raises(NoNarrative, match="nothing that the figures bear out"):
        asyncio.run(tell())

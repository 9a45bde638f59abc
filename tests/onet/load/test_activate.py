"""Another release to answer, and the way back, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from skillgap.database.transactions import reading
from skillgap.errors import NothingLoaded, NothingToGoBackTo, ReleaseNotFound
from skillgap.onet.load.replace import roll_back, use_release
from skillgap.onet.queries import releases
from tests.conftest import SAMPLE, load


def current(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [one.release for one in releases(connection) if one.current]


def test_the_way_there_and_back(engine: Engine) -> None:
    for name in ("a", "b", "c"):
        load(engine, SAMPLE, release=name)
    use_release(engine, "a")
    assert current(engine) == ["a"]
    assert roll_back(engine) == "c"
    assert current(engine) == ["c"]
    assert roll_back(engine) == "a"
    assert current(engine) == ["a"]


def test_using_what_is_current_keeps_the_way_back(engine: Engine) -> None:
    for name in ("a", "b"):
        load(engine, SAMPLE, release=name)
    use_release(engine, "b")
    assert roll_back(engine) == "a"


def test_where_there_is_nothing_to_go_to_nothing_changes(engine: Engine) -> None:
    with pytest.raises(NothingLoaded):
        use_release(engine, "a")
    load(engine, SAMPLE, release="a")
    with pytest.raises(ReleaseNotFound, match=r"'b' is not loaded \(there: a\)"):
        use_release(engine, "b")
    with pytest.raises(NothingToGoBackTo, match="has answered before a"):
        roll_back(engine)
    assert current(engine) == ["a"]

"""The token budget: what is reserved and spent never exceeds it, in any 24 hours."""

from __future__ import annotations

import asyncio

from skillgap.llm.budget import TokenBudget, estimate_tokens


def test_a_reservation_counts_until_it_is_settled() -> None:
    budget = TokenBudget(100, spent=30)
    assert budget.try_reserve(70)
    assert not budget.try_reserve(1)
    asyncio.run(budget.settle(70, 20))
    assert (budget.spent, budget.left) == (50, 50)
    assert budget.try_reserve(50)


def test_tokens_count_for_24_hours() -> None:
    now = [0.0]
    budget = TokenBudget(100, spent=100, clock=lambda: now[0])
    assert budget.left == 0
    now[0] = 24 * 3600 + 1
    assert (budget.spent, budget.left) == (0, 100)


def test_a_call_waits_for_what_another_gives_back() -> None:
    async def reserve_while_another_call_runs() -> tuple[bool, bool]:
        budget = TokenBudget(100)
        assert await budget.reserve(80)
        waiting = asyncio.create_task(budget.reserve(60))
        await asyncio.sleep(0)
        early = waiting.done()
        await budget.settle(80, 30)
        return early, await waiting

    assert asyncio.run(reserve_while_another_call_runs()) == (False, True)


def test_with_no_call_in_flight_nothing_is_waited_for() -> None:
    assert not asyncio.run(TokenBudget(100).reserve(101))


def test_an_estimate_is_half_a_token_a_byte_and_the_longest_answer() -> None:
    assert estimate_tokens(400, "a" * 10, "é" * 5) == 410

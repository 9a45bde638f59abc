"""Buckets of tokens, by a clock of the test's own."""

from __future__ import annotations

import pytest

from skillgap.api.middleware.rate_limit import Rates, is_loopback, same_client


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_fine_and_then_it_goes_by_the_clock() -> None:
    clock = Clock()
    rates = Rates(clock=clock)
    taken = [rates.take("a", 30) for _ in range(30)]
    assert [one.left for one in taken] == list(range(29, -1, -1))
    assert not any(one.wait for one in taken)
    assert rates.take("a", 30) == (0, 60, 2)  # one every two seconds
    clock.now += 1.9
    assert rates.take("a", 30).wait == 1
    clock.now += 0.1
    assert rates.take("a", 30).wait == 0
    assert rates.take("a", 30).wait == 2


def test_a_refusal_costs_nothing() -> None:
    clock = Clock()
    rates = Rates(clock=clock)
    rates.take("a", 1)
    for _ in range(50):
        assert rates.take("a", 1).wait
    clock.now += 60
    assert rates.take("a", 1).wait == 0


def test_clients_do_not_share() -> None:
    rates = Rates(clock=Clock())
    assert rates.take("a", 1).wait == 0
    assert rates.take("b", 1).wait == 0
    assert rates.take("a", 1).wait == 60


def test_only_so_many_clients_are_held() -> None:
    rates = Rates(most_clients=100, clock=Clock())
    for number in range(1000):
        rates.take(f"client {number}", 60)
    assert list(rates.buckets) == [f"client {number}" for number in range(900, 1000)]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002::/64"),
        ("x" * 500, "x" * 64),
        ("x:" * 500, "x:" * 32),
    ],
)
def test_a_client_is_an_address_or_an_ipv6_network(address: str, client: str) -> None:
    assert same_client(address) == client


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.7", False),
        ("1270.1", False),
        ("2001:db8::1", False),
    ],
)
def test_this_machine_is_known(address: str, own: bool) -> None:
    assert is_loopback(same_client(address)) is own

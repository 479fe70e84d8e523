"""How large a batch is."""

from crossfade.pace import BATCH_BYTES, Pace


def test_it_follows_the_time_that_batches_take() -> None:
    pace = Pace(size=1_000, target=0.05)
    pace.learn(0.025)
    assert pace.size == 1_500
    pace.learn(10.0)
    assert pace.size == 1_125


def test_it_stays_between_its_bounds() -> None:
    pace = Pace()
    for _ in range(40):
        pace.learn(1e-9)
    assert pace.size == pace.most
    for _ in range(40):
        pace.give_way()
    assert pace.size == pace.least


def test_what_a_batch_writes_has_a_bound() -> None:
    light, heavy, monstrous = Pace.of(200), Pace.of(8_000), Pace.of(10 * BATCH_BYTES)
    assert (light.size, light.most) == (Pace.size, Pace.most)
    assert heavy.most * 8_000 <= BATCH_BYTES < (heavy.most + 1) * 8_000
    assert (monstrous.size, monstrous.least, monstrous.most) == (1, 1, 1)


def test_rows_of_unknown_weight_are_bounded_by_number_alone() -> None:
    assert Pace.of(0) == Pace()

from crossfade.casebook.latency import Figures, Latencies, Sample, quantile
from crossfade.casebook.words import Side

OLD, NEW = Side.OLD, Side.NEW


def test_quantiles_are_the_nearest_rank() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert quantile(hundred, 0.5) == 50
    assert quantile(hundred, 0.99) == 99
    assert quantile([7.0], 0.99) == 7
    assert quantile([1.0, 2.0], 0.5) == 1


def test_figures_do_not_depend_on_the_order() -> None:
    assert Figures.of([3.0, 1.0, 2.0]) == Figures(count=3, p50=2.0, p99=3.0, longest=3.0)
    assert Figures.of([]) == Figures()


def test_latencies_are_told_apart_by_stage_side_and_operation() -> None:
    latencies = Latencies()
    latencies.extend([Sample("before", OLD, "get", 1.0), Sample("both", OLD, "get", 2.0)])
    latencies.extend([Sample("both", NEW, "get", 4.0), Sample("both", OLD, "save", 8.0)])
    assert sorted(latencies.select({"both"})) == [2.0, 4.0, 8.0]
    assert list(latencies.select({"both"}, OLD, {"get"})) == [2.0]
    assert latencies.figures({"before", "both"}, OLD).count == 3
    assert latencies.counts == {OLD: 3, NEW: 1}


def test_before_and_during_compare_the_same_operations() -> None:
    latencies = Latencies()
    latencies.extend([Sample("before", OLD, "get", 1.0), Sample("before", OLD, "rare", 100.0)])
    latencies.extend([Sample("both", OLD, "get", 2.0), Sample("both", OLD, "check", 50.0)])
    before, during = latencies.compared({"before"}, {"both"}, OLD)
    assert (before.longest, during.longest) == (1.0, 2.0)


def test_before_is_told_although_nothing_came_after() -> None:
    latencies = Latencies()
    latencies.extend([Sample("before", OLD, "get", 1.0)])
    before, during = latencies.compared({"before"}, {"both"}, OLD)
    assert (before.count, during.count) == (1, 0)

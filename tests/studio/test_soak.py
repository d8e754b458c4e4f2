"""Three seconds at random; `tests/benchmarks/soak.py` takes minutes."""

from tests.benchmarks.soak import Monkey


def test_random_keys_clicks_drags_and_actions_do_no_harm(window, tmp_path):
    monkey = Monkey(window, 7, tmp_path)
    monkey.run(3.0)
    assert monkey.faults == [], "\n".join([*monkey.done, *monkey.faults])
    assert monkey.count > 5

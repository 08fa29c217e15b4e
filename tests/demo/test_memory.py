from app.demo.memory import Memory


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_there_until_its_time_is_up() -> None:
    clock = Clock()
    memory = Memory(clock)
    memory.set("a", "kept", 10)
    clock.now = 109.9
    before = memory.get("a")
    clock.now = 110.0

    assert (before, memory.get("a")) == ("kept", None)


def test_a_deleted_value_is_gone() -> None:
    memory = Memory()
    memory.set("a", "kept", 10)
    memory.delete("a")
    memory.delete("a")

    assert memory.get("a") is None


def test_more_than_the_most_pushes_out_whoever_was_away_longest() -> None:
    memory = Memory(most=2)
    for key in ("a", "b", "a", "c"):
        memory.set(key, key, 10)

    assert [memory.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_an_empty_memory_still_counts_as_a_cache() -> None:
    assert bool(Memory()), "Authlib would keep the verifier in the cookie"

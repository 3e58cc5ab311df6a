import pytest

from fairtune import params, registry, store
from fairtune.errors import LimitBroken
from fairtune.paths import Paths
from fairtune.stages import register


@pytest.fixture
def paths(tmp_path) -> Paths:
    paths = Paths("demo", tmp_path)
    store.write_json(paths.metrics, {"n_items": 3})
    return paths


def run(paths):
    everything = params.load()
    register.run(everything.dataset("demo"), paths, seed=everything.seed)


def test_a_model_that_broke_a_limit_is_refused_before_any_registry_is_touched(paths, monkeypatch):
    monkeypatch.setattr(registry, "register", lambda *_, **__: pytest.fail("registered"))
    store.write_json(paths.verdict, {"passed": False, "gates": []})
    with pytest.raises(LimitBroken) as error:
        run(paths)
    assert str(error.value) == f"{paths.verdict} is not a pass: a model that breaks a limit is not registered"
    assert not paths.registration.exists()


def test_what_is_registered_is_the_release_with_its_figures_and_the_receipt_says_so(
    paths, monkeypatch, capsys
):
    given = []

    def registered(entry, *, root):
        given.append((entry, root))
        return registry.Receipt(entry.model, 4, entry.digest)

    monkeypatch.setattr(registry, "register", registered)
    store.write_json(paths.verdict, {"passed": True, "gates": []})
    store.write_json(paths.release / "manifest.json", {})
    run(paths)
    ((entry, root),) = given
    assert (entry.model, entry.release, entry.metrics) == (
        "fairtune-demo-track",
        paths.release,
        {"n_items": 3},
    )
    assert entry.files == {
        "model_card.md": paths.model_card,
        "verdict.json": paths.verdict,
        "metrics.json": paths.metrics,
    }  # of what explains a version, that which is there
    assert root == paths.root
    assert store.read_json(paths.registration) == {
        "model": "fairtune-demo-track",
        "version": 4,
        "digest": entry.digest,
        "promoted": True,
    }
    assert capsys.readouterr().out == "fairtune-demo-track version 4 is champion\n"

"""`fairtune tune` says what is missing."""

from pathlib import Path

from fairtune.cli import main as cli

ROOT = Path(__file__).parents[2]


def test_a_worker_without_a_matrix_says_which_stage_to_run(tmp_path, monkeypatch, capsys):
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["tune", "demo"]) == 2
    told = capsys.readouterr().err.strip()
    assert told == "fairtune: tune: data/demo/matrix is missing: run `dvc repro matrix@demo` first"

"""Where every file is: written once, relative to the project's root."""

from dataclasses import dataclass
from pathlib import Path

from fairtune.columns import BlockName, Part, Table


@dataclass(frozen=True)
class Paths:
    """Files of one data set below `root` (default: the working folder, as for DVC stages)."""

    dataset: str
    root: Path = Path()

    @property
    def raw(self) -> Path:
        return self.root / "data" / self.dataset / "raw"

    @property
    def partial(self) -> Path:
        """Unfinished transfers, kept over a kill; no output of a stage."""
        return self.root / "data" / self.dataset / "partial"

    @property
    def events(self) -> Path:
        """New listening that was taken in here: grows only; no output of a stage."""
        return self.root / "data" / self.dataset / "events"

    @property
    def raw_events(self) -> Path:
        """The same as stage `download` copied it, or as it came with `dvc pull`."""
        return self.raw / "events"

    @property
    def events_lock(self) -> Path:
        """Held by whoever changes either, so that the next one waits."""
        return self.root / "data" / self.dataset / ".events.lock"

    @property
    def tables(self) -> Path:
        return self.root / "data" / self.dataset / "tables"

    def table(self, table: Table) -> Path:
        return self.tables / f"{table}.parquet"

    @property
    def rejected(self) -> Path:
        return self.tables / "rejected.csv"

    @property
    def about(self) -> Path:
        """What the tables hold: item kind, whether plays are counted, source, licence."""
        return self.tables / "about.json"

    @property
    def matrix(self) -> Path:
        return self.root / "data" / self.dataset / "matrix"

    @property
    def _models(self) -> Path:
        return self.root / "models" / self.dataset

    @property
    def best(self) -> Path:
        return self._models / "best.json"

    @property
    def _champion(self) -> Path:
        return self._models / "champion"

    @property
    def champion_profile(self) -> Path:
        """What the data of the champion was like, as the last run took it; empty if there was none."""
        return self._champion / "profile.json"

    @property
    def champion_settings(self) -> Path:
        """The settings of the champion, if they are kept instead of searched for; else empty."""
        return self._champion / "settings.json"

    @property
    def champion_fits(self) -> Path:
        """The fits of the champion, a folder a part, if fits start from them."""
        return self._champion / "fits"

    @property
    def champion_fits_index(self) -> Path:
        """Whose fits those are, and the sha256 of each of their files; empty if there are none."""
        return self._champion / "fits.json"

    @property
    def trials(self) -> Path:
        return self._models / "trials.parquet"

    @property
    def trial_seconds(self) -> Path:
        """How long each trial took: other in every run, so no output of a stage."""
        return self._models / "trial_seconds.json"

    @property
    def alternatives(self) -> Path:
        """Settings of the models that the chosen one is compared with, tuned on the validation part."""
        return self._models / "alternatives.json"

    @property
    def learning(self) -> Path:
        """What the chosen fit was worth on the validation part, iteration by iteration."""
        return self._models / "learning.parquet"

    @property
    def study(self) -> Path:
        """Working file of the search, kept over a kill; no output of a stage."""
        return self._models / "study.journal"

    def fit(self, part: Part) -> Path:
        return self._models / part

    @property
    def reranking(self) -> Path:
        """The multipliers of a model that is re-ranked, beside the fit that they were chosen with."""
        return self.fit(Part.TRAIN) / "reranking.json"

    def fit_without(self, block: BlockName) -> Path:
        """The fit on train and validation that does without one influencer: for the ablation."""
        return self.fit(Part.TRAIN_VALID) / f"without_{block}"

    @property
    def play_predictor(self) -> Path:
        """What predicts play counts, learnt on train and validation."""
        return self.fit(Part.TRAIN_VALID) / "play_predictor.json"

    @property
    def release(self) -> Path:
        """The fit on everything: what is registered and what recommends."""
        return self.fit(Part.ALL)

    @property
    def reports(self) -> Path:
        return self.root / "reports" / self.dataset

    @property
    def validation(self) -> Path:
        return self.reports / "validation.json"

    @property
    def data_docs(self) -> Path:
        return self.reports / "data-docs"

    @property
    def profile(self) -> Path:
        """What the tables are like: what those of a later run are compared with."""
        return self.reports / "profile.json"

    @property
    def drift(self) -> Path:
        """How far the tables are from the champion's; no output of DVC, which doesn't know the champion."""
        return self.reports / "drift.json"

    @property
    def drift_page(self) -> Path:
        """The same as a page; no output of DVC either."""
        return self.reports / "drift.html"

    @property
    def metrics(self) -> Path:
        return self.reports / "metrics.json"

    @property
    def listeners(self) -> Path:
        """Figures of each listener, for paired comparisons."""
        return self.reports / "listeners.parquet"

    @property
    def taste_groups(self) -> Path:
        """What taste groups are called and lean to; who is in them stands in `listeners`."""
        return self.reports / "taste_groups.json"

    @property
    def verdict(self) -> Path:
        return self.reports / "verdict.json"

    @property
    def headline(self) -> Path:
        """The figures that DVC shows and compares."""
        return self.reports / "headline.json"

    def plot(self, name: str) -> Path:
        """A table that DVC draws: front, learning, ladder or shares."""
        return self.reports / "plots" / f"{name}.csv"

    @property
    def passed(self) -> Path:
        """Written by the gate if every limit holds; without it nothing can be registered."""
        return self.reports / "passed.json"

    @property
    def report(self) -> Path:
        return self.reports / "report.html"

    @property
    def whatif(self) -> Path:
        """The picture of the last `fairtune whatif`; no output of a stage."""
        return self.reports / "whatif.svg"

    @property
    def model_card(self) -> Path:
        """Written when a model is registered; it names the Git revision, so no output of a stage."""
        return self.reports / "model_card.md"

    @property
    def registration(self) -> Path:
        return self.reports / "registration.json"

    @property
    def comparison(self) -> Path:
        """What became of the last candidate against the champion; no output of a stage, nor is its page."""
        return self.reports / "comparison.json"

    @property
    def comparison_page(self) -> Path:
        return self.reports / "comparison.md"

    @property
    def recorded(self) -> Path:
        """For which version, and which entries of dvc.lock, the flow recorded it; no output of a stage."""
        return self.reports / "recorded.json"

    @property
    def history(self) -> Path:
        """Who made which version champion, as a page: written after each move; no output of DVC."""
        return self.reports / "history.html"

    @property
    def benchmark(self) -> Path:
        """The result of `fairtune benchmark`."""
        return self.root / "reports" / "benchmarks" / f"{self.dataset}.json"

    @property
    def repeated(self) -> Path:
        """The result of `fairtune repeat`."""
        return self.root / "reports" / "benchmarks" / f"{self.dataset}-repeated.json"

    @property
    def repeating(self) -> Path:
        """What `fairtune repeat` works on: gone when it is done."""
        return self.root / "data" / "benchmark" / "repeat" / self.dataset

    @property
    def fits(self) -> Path:
        """What `benchmarks/fits.py` measured, of all data sets."""
        return self.root / "reports" / "benchmarks" / "fits.json"

    @property
    def run_lock(self) -> Path:
        """Held by a run of the whole pipeline, so that a second one is refused."""
        return self.root / "data" / self.dataset / ".run.lock"

    @property
    def stage_lock(self) -> Path:
        """Held by a stage, so that the next run waits for one that outlived its own."""
        return self.root / "data" / self.dataset / ".stage.lock"

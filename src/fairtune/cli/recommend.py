"""`fairtune recommend`: music for one listener, at the terminal or as JSON."""

import json
from pathlib import Path

import click

from fairtune.config.paths import Paths
from fairtune.errors import BadRequest, NotThere


@click.command()
@click.option("--dataset", required=True, help="Data set of params.yaml whose model recommends.")
@click.option("--user", help="A listener of the data set, by id.")
@click.option("--likes", help='Artists that a new listener likes: "Radiohead, Björk".')
@click.option("-n", "n", type=int, help="Length of the list; 10 or as many as are left.")
@click.option(
    "--kind", help="What to recommend: artist, track or music_type; the model's target if not given."
)
@click.option(
    "--long-tail",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Share of the places that emerging artists get at least, 0 to 1.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def recommend(
    *,
    dataset: str,
    user: str | None,
    likes: str | None,
    n: int | None,
    kind: str | None,
    long_tail: float,
    as_json: bool,
) -> None:
    """Recommend music that a listener doesn't play yet, and say why."""
    from fairtune.serving import name_search, requests
    from fairtune.serving.recommender import Recommender

    if (user is None) == (likes is None):
        raise BadRequest('recommend: give either --user ID or --likes "Artist, Artist"')
    recommender = Recommender.load(release_of(dataset))
    release = recommender.release
    if user is not None:
        asked = requests.known_listener(release, user)
    else:
        asked = requests.new_listener(release, name_search.likes(release, likes or ""))
    listed = next(recommender.for_all([asked], n=n, kind=kind, long_tail=long_tail))
    if as_json:
        click.echo(json.dumps(listed.as_dict(), indent=2, ensure_ascii=False))
    else:
        from fairtune.cli.recommendation_table import show

        show(listed)


def release_of(dataset: str) -> Path:
    """Find the released model of `dataset`; the parameters are read only to explain why there is none."""
    here = Paths(dataset).release
    if (here / "manifest.json").is_file():
        return here
    from fairtune.config import params

    root = params.project_root()
    params.load(root).dataset(dataset)
    release = Paths(dataset, root).release
    if not (release / "manifest.json").is_file():
        raise NotThere(f"{dataset}: no trained model yet: run `dvc repro train@{dataset}`")
    return release

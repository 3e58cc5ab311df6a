"""`fairtune serve`: the champion over HTTP, for as long as the command runs."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from fairtune.errors import BadRequest

SHORTEST = 16  # characters of a token


@click.command()
@click.option("--dataset", required=True, help="A data set of params.yaml.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option(
    "--token-file", type=click.Path(path_type=Path), help="File with the bearer token that /v1 then needs."
)
@click.option(
    "--poll",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    show_default=True,
    help="Seconds between two looks at the registry.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 1_000_000),
    help="Requests a second that one address may send to a worker, twice as many at once; else any number.",
)
def serve(
    *,
    dataset: str,
    host: str,
    port: int,
    workers: int,
    token_file: Path | None,
    poll: float,
    rate: float | None,
) -> None:
    """Answer over HTTP from the champion of a data set until Ctrl-C or SIGTERM.

    It follows the champion: after a promotion or a rollback it answers from that version, without a pause.
    Logs are JSON lines on stdout.
    """
    from fairtune.config import params
    from fairtune.service import server
    from fairtune.service.settings import Settings

    root = params.project_root()
    chosen = params.load(root).dataset(dataset)
    watched = chosen.download.events
    if watched is not None and not (root / watched.folder).is_dir():
        raise BadRequest(
            f"params.yaml: datasets.{dataset}.download.events: there is no folder {watched.folder}: make it, "
            "or name another"
        )
    token = None if token_file is None else read_token(token_file)
    with TemporaryDirectory(prefix="fairtune-serve-") as store:
        settings = Settings(
            root=root,
            dataset=dataset,
            model=chosen.register.model,
            store=Path(store),
            evaluate=chosen.evaluate,
            host=host,
            port=port,
            workers=workers,
            poll=poll,
            token=token,
            watched=watched,
            rate=rate,
        )
        server.run(settings, say=lambda line: click.echo(line, err=True))


def read_token(file: Path) -> str:
    """Return the token in a file, without blanks around it; `BadRequest` if it is none."""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise BadRequest(f"--token-file {file} can't be read: {reason}") from error
    if len(token) < SHORTEST or any(not letter.isascii() or letter.isspace() for letter in token):
        raise BadRequest(
            f"--token-file {file} must hold one token of at least {SHORTEST} ASCII characters, without "
            "blanks: `openssl rand -hex 32` makes one"
        )
    return token

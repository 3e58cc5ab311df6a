"""What a service is started with, and the sizes that a request may have."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairtune.config.custom_tables import Watched
from fairtune.config.sections import Evaluate

DEFAULT_N: Final = 10
MAX_N: Final = 100  # items of one list
MAX_REQUESTS: Final = 256  # listeners of one request
MAX_LIKES: Final = 100  # names or ids of one new listener
MAX_TEXT: Final = 500  # characters of a name, an id or a query
MAX_LIKES_TEXT: Final = 2_000  # characters of names in one text
MAX_BODY: Final = 1_000_000  # bytes
BODY_SECONDS: Final = 30.0  # until the whole body of a request must have come
MAX_FOUND: Final = 100  # items of one search
MAX_EVENTS: Final = 1_000  # plays of one request
MAX_BOUNDS: Final = 20  # groups that one what-if question names
MAX_KEY: Final = 200  # characters of an idempotency key
MAX_RECENT: Final = 200_000  # plays that a worker keeps for the next lists
MAX_WAITING: Final = 10_000  # requests with plays that the folder of new listening may hold

POLL: Final = 5.0  # seconds between two looks at the registry
RETRY: Final = 60.0  # seconds until a version that was refused is tried again
GRACE: Final = 30  # seconds that running requests have when the service is stopped
HANGS: Final = 60  # seconds without a sign of life after which a worker is replaced


@dataclass(frozen=True)
class Settings:
    """What a service is started with.

    Attributes
    ----------
    root
        Folder of the project.
    dataset
        Of params.yaml.
    model
        Name of its registered model.
    store
        Folder where the workers of one service keep the releases they serve.
    evaluate
        How models of the data set are judged.
    host
        Address that is listened at.
    port
        Likewise.
    workers
        Number of processes.
    poll
        Seconds between two looks at the registry.
    token
        That requests below /v1 need; None: they need none.
    watched
        The folder that new listening goes to; None: it isn't taken.
    rate
        Requests a second that one address may send to a worker; None: any number.
    """

    root: Path
    dataset: str
    model: str
    store: Path
    evaluate: Evaluate
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    poll: float = POLL
    token: str | None = None
    watched: Watched | None = None
    rate: float | None = None

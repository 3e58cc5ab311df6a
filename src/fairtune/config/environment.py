"""What every process of the project has in its environment, whichever command starts it.

The entry points call `prepare` before anything heavy is imported, because the libraries read these
variables when they are imported. What the user has set stays.
"""

import os
from typing import Final

TELEMETRY_OFF: Final = {
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}

ONE_BLAS_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}  # implicit has threads of its own; both together crawl

PATIENCE: Final = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"
}  # the first start migrates for 30 s


def prepare() -> None:
    """Set what is not set: telemetry off, one BLAS thread, time for Prefect's first start."""
    for name, value in {**TELEMETRY_OFF, **ONE_BLAS_THREAD, **PATIENCE}.items():
        os.environ.setdefault(name, value)

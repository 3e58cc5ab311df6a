"""What every process of the project has in its environment, whichever command starts it.

The entry points call `prepare` before anything heavy is imported, because the libraries read these
variables when they are imported; scripts that import such libraries at their top import
`fairtune.config.pinned` first. Telemetry and patience that the user has set stay. What decides the last
digits of a result is set whatever the user has set, so that the same inputs give the same bytes on every
x86-64 Linux with AVX2;
`FAIRTUNE_NATIVE=1` gives that up for the fastest instructions that the processor has.
"""

import os
import platform
import sys
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
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

PINNED: Final = {
    "OPENBLAS_CORETYPE": "Haswell",  # else chosen by the processor: other kernels add in another order
    "NPY_ENABLE_CPU_FEATURES": "X86_V3",  # else exp, log and sorts by AVX-512 where the processor has it
    "ARROW_USER_SIMD_LEVEL": "AVX2",  # likewise in sums of columns
    **ONE_BLAS_THREAD,  # sums of a product are split by the number of threads
}
"""What decides the last digits of a result: the instructions of AVX2, which every supported machine has."""

REFUSED_BESIDE: Final = ("NPY_DISABLE_CPU_FEATURES",)
"""numpy refuses to be imported when it is told both what to use and what not to use."""

NATIVE: Final = "FAIRTUNE_NATIVE"
"""The variable that gives up equality between machines for speed, if it is neither empty nor 0."""

AVX2: Final = frozenset({"avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"})
"""The x86-64-v3 level as Linux names its parts: what `PINNED` asks for."""


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set telemetry off, time for Prefect's first start, and, where the machine can, `PINNED`."""
    for name, value in {**TELEMETRY_OFF, **ONE_BLAS_THREAD, **PATIENCE}.items():
        environment.setdefault(name, value)
    if _native(environment) or unsupported() is not None:
        return
    environment.update(PINNED)
    for name in REFUSED_BESIDE:
        environment.pop(name, None)


def notice(environment: MutableMapping[str, str] = os.environ) -> str | None:
    """Return the line that says why results may differ from those in Git; None where they can't."""
    if _native(environment):
        return (
            f"{NATIVE} is set: the fastest instructions of this processor are used, and figures may differ "
            "from those of another machine in their last digits"
        )
    if (machine := unsupported()) is not None:
        return (
            f"this machine is none of the supported ones (x86-64 with AVX2, Linux with glibc): {machine}; "
            "going on, but figures may differ from those of another machine in their last digits"
        )
    return None


def _native(environment: MutableMapping[str, str]) -> bool:
    return environment.get(NATIVE, "") not in {"", "0"}


@cache
def unsupported() -> str | None:
    """Return what this machine is, if results aren't promised to be equal on it to the last byte."""
    return describe(sys.platform, platform.machine(), _libc(), _features())


def describe(system: str, processor: str, libc: str, features: frozenset[str]) -> str | None:
    """Return what a machine is that isn't supported, None of one that is.

    system: as `sys.platform` names it. processor: as `platform.machine` does. libc: name and version, "" if
    it isn't the GNU one. features: flags of the processor, as Linux names them.
    """
    if system != "linux":
        return f"{ {'darwin': 'macOS', 'win32': 'Windows'}.get(system, system) } on {processor}"
    if processor not in {"x86_64", "AMD64"}:
        return f"Linux on {processor}"
    if not libc.startswith("glibc"):
        return "Linux without glibc"
    missing = AVX2 - features
    return f"a processor without {', '.join(sorted(missing))}" if missing else None


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):  # only the GNU one knows the name
        return ""


def _features() -> frozenset[str]:
    """Read the flags of the first processor; nothing where there is no such list."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:  # the rest says the same for every core
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        return frozenset()
    return frozenset(flags.partition(":")[2].split())

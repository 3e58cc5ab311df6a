"""Install the locked packages into a virtual environment, or lock them anew. Standard library only.

`python packages.py install .venv` makes the environment if need be, puts uv into it (by pip, with the hashes
that requirements.lock has for it), and has uv install the rest: 40 s instead of minutes.
`python packages.py lock` chooses versions for pyproject.toml and writes requirements.lock.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"

# What pip is told about the index and its certificate -> what uv calls it, and how it separates several.
# uv doesn't read pip's configuration.
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", None),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", None),
    "cert": ("SSL_CERT_FILE", None),
    "timeout": ("UV_HTTP_TIMEOUT", None),
    "default-timeout": ("UV_HTTP_TIMEOUT", None),
    "proxy": ("ALL_PROXY", None),
}

PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps")


def uv_settings(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Translate what `pip config list` prints for uv; what the environment says to uv already wins.

    Of the same setting, `install.` beats `global.`, and the environment (`:env:.`) beats both.
    """
    found: dict[str, str] = {}
    for level in ("global", "install", ":env:"):
        for line in pip_config.splitlines():
            key, _, value = line.partition("=")
            where, _, name = key.rpartition(".")
            if where == level and name in UV_NAMES:
                variable, separator = UV_NAMES[name]
                words = str(ast.literal_eval(value)).split()
                found[variable] = separator.join(words) if separator else " ".join(words)
    if "UV_INDEX" in found:  # several indexes: like pip, take the best version of all; the hashes guard it
        found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return {name: value for name, value in found.items() if name not in environment}


def entry(lock: str, package: str) -> str:
    """Cut one package with its hashes out of the text of a lock file."""
    found = re.search(rf"^{re.escape(package)}==\S+(?: \\\n    --hash=\S+)+\n", lock, re.MULTILINE)
    if found is None:
        sys.exit(
            f"requirements.lock has no entry for {package}: `git checkout requirements.lock` brings it back"
        )
    return found[0]


def install(venv: Path) -> None:
    """Make `venv` ready; a finished one gets the mark `.ready`."""
    start = time.monotonic()
    python = venv / "bin" / "python"
    mark = venv / ".ready"
    mark.unlink(missing_ok=True)
    if not _usable(python):
        _create(venv)
    print(f"setting up {venv.name}: about 250 packages, once", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder) / "uv.txt"
        requirement.write_text(entry(LOCK.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
        _run(python, "-m", "pip", "install", *PIP_OPTIONS, "-r", requirement)
    uv = (venv / "bin" / "uv", "pip", "install", "--quiet", "--python", python)
    environment = _environment(python)
    _run(*uv, "--require-hashes", "--compile-bytecode", "-r", LOCK, environment=environment)
    _run(*uv, "--no-deps", "--no-build-isolation", "-e", ROOT, environment=environment)
    mark.write_text(str(ROOT), encoding="utf-8")
    print(f"{venv.name} is ready after {time.monotonic() - start:.0f} s", flush=True)


def lock() -> None:
    """Write requirements.lock: every version and hash for Python 3.11 to 3.13, and no index."""
    options = ("--extra", "dev", "--universal", "--python-version", "3.11", "--generate-hashes")
    silent = ("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet")
    uv = Path(sys.executable).with_name("uv")
    command = (uv, "pip", "compile", "pyproject.toml", *options, *silent, "-o", LOCK.name)
    _run(*command, environment=_environment(Path(sys.executable)))


def _usable(python: Path) -> bool:
    """Whether the environment is there, works, and is of the Python that was asked for."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = "import pip, sys; print(sys.prefix); print('%d.%d' % sys.version_info[:2])"
    if not python.exists():
        return False
    said = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return said.stdout.split("\n")[:2] == [str(python.parents[1]), wanted]


def _create(venv: Path) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{sys.executable} can't make virtual environments: install its venv (python{version}-venv)")
    _run(sys.executable, "-m", "venv", "--clear", venv)


def _environment(python: Path) -> dict[str, str]:
    config = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    return {**os.environ, **uv_settings(config.stdout, os.environ)}


def _run(*command: str | Path, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        words = " ".join(map(str, command))
        sys.exit(
            f"set-up stopped: `{words}` failed; its own message is above. Is a package index within reach?"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["install"]:
        install(Path(sys.argv[2]).absolute())
    else:
        lock()

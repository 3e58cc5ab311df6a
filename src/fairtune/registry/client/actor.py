"""Who acts: the name that the history of a model gives them."""

import getpass
import os
import socket
from pathlib import Path
from typing import Final

from fairtune import git

WHO: Final = "FAIRTUNE_WHO"
LONGEST: Final = 200


def who(root: Path) -> str:
    """Return FAIRTUNE_WHO (for services), else Git's user of the project, else login and host."""
    name = os.environ.get(WHO, "").strip() or _git_user(root) or _login()
    return " ".join(name.split())[:LONGEST]


def _git_user(root: Path) -> str:
    name, email = (git.ask("config", f"user.{what}", root=root) or "" for what in ("name", "email"))
    return f"{name} <{email}>" if name and email else name or email


def _login() -> str:
    try:
        login = getpass.getuser()
    except (OSError, KeyError):
        login = f"user {os.getuid()}"
    return f"{login}@{socket.gethostname()}"

"""`fairtune serve` as its users run it: a process, a registry, promotions and rollbacks while it answers."""

import json
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from tests import mlflow_server, postgres, processes
from tests.processes import PATIENCE, until

from fairtune.cli import main as cli
from fairtune.config import params
from fairtune.registry.client import connection
from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration.register import register
from fairtune.service import server
from fairtune.service.settings import Settings
from fairtune.serving.recommender import Recommender

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
ROOT = Path(__file__).parents[2]
NAME = "fairtune-demo-track"
MAKES_ONE = "`openssl rand -hex 32` makes one"
LISTS = "/v1/listeners/2/recommendations?n=3"


@pytest.fixture(scope="module")
def project(tmp_path_factory, release, other_release) -> Path:
    """A project with two versions of the model of `demo`; the second is champion."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "params.yaml", root)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        for each in (release, other_release):
            register(Entry(model=NAME, release=each, metrics={}, passed=True), root=root)
    return root


@pytest.fixture
def here(project, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("FAIRTUNE_WHO", "Ada <ada@example.org>")
    monkeypatch.chdir(project)
    yield project
    alias(project, 2)


def alias(root, number):
    with connection.connected(root) as client:
        client.set_registered_model_alias(NAME, "champion", str(number))


@contextmanager
def serving(root, *options, registry=None):
    """Run the command on a free port; give the process, a client and the file of its log."""
    log, said = root / "serve.log", root / "serve.err"
    command = [
        sys.executable,
        "-m",
        "fairtune.cli.main",
        "serve",
        "--dataset",
        "demo",
        "--port",
        "0",
        *options,
    ]
    others = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    (root / "tmp").mkdir(exist_ok=True)
    named = {} if registry is None else {"MLFLOW_TRACKING_URI": registry}
    environment = {**others, **named, "TMPDIR": str(root / "tmp")}
    with (
        log.open("wb") as output,
        said.open("wb") as errors,
        processes.started(command, cwd=root, env=environment, stdout=output, stderr=errors) as process,
    ):
        url = until(
            lambda: re.search(r"at (http://\S+)\n", said.read_text("utf-8")), alive=process, log=said
        )[1]
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            until(lambda: _ready(client), alive=process, log=log)
            yield process, client, log


def _ready(client):
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def lines(log):
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_it_follows_promotions_and_rollbacks_under_load_and_stops_when_told(
    here, release, other_release, capsys
):
    expected = {
        number: Recommender.load(folder).for_listener(2, n=3).as_dict()["recommendations"]
        for number, folder in ((1, release), (2, other_release))
    }
    assert expected[1] != expected[2]
    answers, over = [], threading.Event()

    def load(url):
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            while not over.is_set():
                asked = time.monotonic()
                answers.append((asked, client.get(LISTS)))

    with serving(here, "--poll", "1") as (process, client, log):
        threads = [threading.Thread(target=load, args=(str(client.base_url),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(answers) > 20, alive=process, log=log)
            assert cli.main(["rollback", "--reason", "it forgets Björk"]) == 0
            until(lambda: client.get(LISTS).json()["model"]["version"] == 1, alive=process, log=log)
            followed = time.monotonic()
            count = len(answers)
            until(lambda: len(answers) > count + 20, alive=process, log=log)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert {answer.status_code for _, answer in answers} == {200}
        for _, answer in answers:
            told = answer.json()
            assert told["recommendations"] == expected[told["model"]["version"]]
        late = {answer.json()["model"]["version"] for asked, answer in answers if asked > followed}
        assert late == {1}

        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    capsys.readouterr()
    requests = [line for line in lines(log) if line["event"] == "request"]
    assert {line["version"] for line in requests} == {1, 2}
    assert list((here / "tmp").glob("fairtune-serve-*")) == []


def test_it_follows_a_registry_on_a_server_and_goes_on_without_it(
    tmp_path, monkeypatch, release, other_release
):
    programs = postgres.programs()
    if programs is None:
        why = "PostgreSQL is not installed: a registry on an MLflow server was not tried"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    with ExitStack() as running:
        url = running.enter_context(mlflow_server.serving(programs, tmp_path))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", url)
        for each in (release, other_release):
            register(Entry(model=NAME, release=each, metrics={}, passed=True), root=tmp_path)
        with serving(tmp_path, "--poll", "0.2", registry=url) as (process, client, log):
            assert client.get(LISTS).json()["model"]["version"] == 2
            alias(tmp_path, 1)
            until(lambda: client.get(LISTS).json()["model"]["version"] == 1, alive=process, log=log)
            running.close()
            until(lambda: any(line["level"] == "error" for line in lines(log)), alive=process, log=log)
            assert client.get(LISTS).json()["model"]["version"] == 1
            answer = client.get("/v1/versions")
            assert (answer.status_code, answer.json()["title"]) == (503, "Registry unavailable")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0


def test_a_broken_champion_is_refused_and_the_old_one_goes_on(here, tmp_path):
    broken = tmp_path / "broken"
    with connection.connected(here) as client:
        source = client.get_model_version(NAME, "1")
        folder = Path(client.get_model_version_download_uri(NAME, "1").removeprefix("file://"))
        shutil.copytree(folder, broken)
        next(broken.rglob("factors_artist.npy")).write_bytes(b"no array")
        made = client.create_model_version(NAME, source=broken.as_uri(), tags=dict(source.tags))
    with serving(here, "--poll", "0.2") as (process, client, log):
        alias(here, int(made.version))
        refused = until(
            lambda: next((line for line in lines(log) if "reason" in line), None), alive=process, log=log
        )
        assert (refused["level"], refused["version"]) == ("error", int(made.version))
        assert "its files are not those that were registered" in refused["reason"]
        assert client.get(LISTS).json()["model"]["version"] == 2
        assert "fairtune_model_refused_total 1.0" in client.get("/metrics").text


def test_workers_share_metrics_and_all_follow(here):
    with serving(here, "--poll", "0.2", "--workers", "2") as (process, client, log):
        for _ in range(10):
            assert client.get(LISTS).json()["model"]["version"] == 2
        alias(here, 1)

        def metrics():
            try:
                return httpx.get(f"{client.base_url}/metrics", timeout=PATIENCE).text
            except httpx.TransportError:  # the worker that took the connection was killed
                return ""

        def followed():
            text = metrics()
            numbers = re.findall(r"^fairtune_model_version\{.*\} (\S+)$", text, re.MULTILINE)
            return len(numbers) == 2 and set(numbers) == {"1.0"}

        until(followed, alive=process, log=log)
        for _ in range(10):
            with httpx.Client(base_url=client.base_url, timeout=PATIENCE) as another:
                assert another.get(LISTS).json()["model"]["version"] == 1
        text = metrics()
        counted = re.findall(r"^fairtune_lists_total (\S+)$", text, re.MULTILINE)
        assert counted == ["20.0"]

        pids = set(re.findall(r'^fairtune_model_version\{.*pid="(\d+)"', text, re.MULTILINE))
        killed = min(pids)
        os.kill(int(killed), signal.SIGKILL)
        until(lambda: (now := metrics()) and f'pid="{killed}"' not in now, alive=process, log=log)
        until(followed, alive=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_versions_name_their_aliases(here):
    with serving(here) as (_, client, _):
        told = client.get("/v1/versions").json()

    assert told["model"]["version"] == 2
    assert [each["version"] for each in told["versions"]][-2:] == [2, 1]
    assert [each["version"] for each in told["versions"] if "champion" in each["aliases"]] == [2]
    assert {each["verdict"] for each in told["versions"]} == {"passed"}


def test_running_requests_are_finished_when_it_is_stopped(here):
    body = json.dumps({"requests": [{"user_id": 2}]}).encode()
    head = (
        "POST /v1/recommendations HTTP/1.1\r\nHost: service\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with (
        serving(here) as (process, client, _),
        socket.create_connection((client.base_url.host, client.base_url.port), PATIENCE) as connected,
    ):
        connected.sendall(head.encode())
        assert connected.recv(100).startswith(b"HTTP/1.1 100")  # the request runs, and waits for its body
        process.send_signal(signal.SIGTERM)
        until(lambda: not _ready(client))
        connected.sendall(body)
        answer = b"".join(iter(lambda: connected.recv(65536), b""))
        assert process.wait(PATIENCE) == 0

    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["answers"][0]["status"] == 200


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A project without a registry."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys, *arguments):
    code = cli.main(["serve", *arguments])
    return code, capsys.readouterr().err


def test_without_a_champion_there_is_nothing_to_serve(bare, capsys):
    message = "demo: no champion yet: `fairtune run demo` registers one, if it keeps its limits"
    assert said(capsys, "--dataset", "demo") == (2, f"fairtune: {message}\n")
    assert not (bare / "mlflow.db").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "can't be read: No such file or directory"),
        (b"\xff" * 20, "can't be read: it is no text"),
        (
            b"short",
            f"must hold one token of at least 16 ASCII characters, without blanks: {MAKES_ONE}",
        ),
    ],
)
def test_a_token_that_is_none_is_refused(bare, capsys, content, message):
    if content is not None:
        (bare / "token").write_bytes(content)
    assert said(capsys, "--dataset", "demo", "--token-file", "token") == (
        2,
        f"fairtune: --token-file token {message}\n",
    )


@pytest.mark.usefixtures("here")
def test_an_address_that_is_taken_is_named(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, told = said(capsys, "--dataset", "demo", "--port", str(port))
    reason = "Address already in use"
    advice = "choose another --host or --port"
    assert code == 2
    assert told.endswith(f"fairtune: 127.0.0.1:{port} can't be listened at ({reason}): {advice}\n")


def test_answers_do_not_wait_for_the_client_to_confirm_their_head(tmp_path):
    evaluate = params.load(ROOT).dataset("demo").evaluate
    settings = Settings(root=tmp_path, dataset="demo", model=NAME, store=tmp_path, evaluate=evaluate, port=0)
    with server._listening(settings) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

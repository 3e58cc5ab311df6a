import hashlib
import io
import os
import signal
import sys
import tarfile
import zipfile

import pytest
from tests import processes
from tests.server import serving

from fairtune.data.download import fetch
from fairtune.data.download.http import Patience
from fairtune.data.sources.base import Archive, Source
from fairtune.errors import DownloadFailed

CONTENT = bytes(range(256)) * 40
OTHER = b"what was there before"


def source(file="plays.tsv", content=CONTENT, url="http://127.0.0.1:9/plays.tsv", member=None):
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Source(file=file, folder="set", size=len(content), checksum=checksum, url=url, member=member)


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({"/set/plays.tsv": CONTENT, "/plays.tsv": CONTENT}) as web:
        yield web


class Run:
    """Fetches into one folder, and keeps the pauses instead of waiting."""

    def __init__(self, root):
        self.raw, self.partial = root / "raw", root / "partial"
        self.pauses = []

    def __call__(self, *sources, mirror=None, retries=4):
        patience = Patience(timeout=processes.PATIENCE, retries=retries, sleep=self.pauses.append)
        return fetch.fetch(sources, self.raw, partial=self.partial, mirror=mirror, patience=patience)

    def files(self):
        return {file.name: file.read_bytes() for file in self.raw.iterdir()}

    def begun(self, content, name="plays.tsv.part"):
        self.partial.mkdir(parents=True, exist_ok=True)
        (self.partial / name).write_bytes(content)


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "data")


def mirrored(folder, content=CONTENT):
    (folder / "set").mkdir(parents=True, exist_ok=True)
    (folder / "set" / "plays.tsv").write_bytes(content)
    return str(folder)


def test_a_file_comes_from_a_mirror_folder(run, tmp_path):
    assert run(source(), mirror=mirrored(tmp_path / "mirror")) == ["plays.tsv"]
    assert run.files() == {"plays.tsv": CONTENT}
    assert not run.partial.exists()


def test_a_file_comes_from_a_mirror_on_the_web(run, web):
    run(source(), mirror=f"{web.url}/")
    assert web.asked == [("/set/plays.tsv", None)]
    assert run.files() == {"plays.tsv": CONTENT}


def test_without_a_mirror_a_file_comes_from_its_publisher(run, web):
    run(source(url=f"{web.url}/plays.tsv"))
    assert web.asked == [("/plays.tsv", None)]


def test_a_file_with_the_right_checksum_is_not_fetched_again(run, tmp_path):
    run(source(), mirror=mirrored(tmp_path / "mirror"))
    assert run(source(), mirror="/nowhere") == []


def test_a_file_that_was_changed_is_fetched_again(run, tmp_path):
    mirror = mirrored(tmp_path / "mirror")
    run(source(), mirror=mirror)
    (run.raw / "plays.tsv").write_bytes(CONTENT[::-1])
    assert run(source(), mirror=mirror) == ["plays.tsv"]
    assert run.files() == {"plays.tsv": CONTENT}


def test_files_that_no_source_names_are_removed(run, tmp_path):
    (run.raw / "folder").mkdir(parents=True)
    (run.raw / "folder" / "stray").touch()
    (run.raw / "stray").touch()
    run(source(), mirror=mirrored(tmp_path / "mirror"))
    assert list(run.files()) == ["plays.tsv"]


class TestBrokenTransfers:
    def test_go_on_behind_what_came(self, run, web):
        web.script = ["cut 1000", "cut 2000"]
        run(source(url=f"{web.url}/plays.tsv"))
        assert [asked for _, asked in web.asked] == [None, "bytes=1000-", "bytes=3000-"]
        assert run.files() == {"plays.tsv": CONTENT}
        assert run.pauses == [1, 2]

    def test_start_over_when_the_server_knows_no_ranges(self, run, web):
        web.script = ["cut 1000", "no range"]
        run(source(url=f"{web.url}/plays.tsv"))
        assert run.files() == {"plays.tsv": CONTENT}

    def test_start_over_when_the_server_sends_another_part(self, run, web):
        web.script = ["cut 1000", "other part"]
        run(source(url=f"{web.url}/plays.tsv"))
        assert [asked for _, asked in web.asked] == [None, "bytes=1000-", None]
        assert run.files() == {"plays.tsv": CONTENT}

    def test_are_given_up_in_the_end_and_what_came_is_kept(self, run, web):
        web.script = ["cut 1000", "status 503", "status 503"]
        url = f"{web.url}/plays.tsv"
        with pytest.raises(DownloadFailed) as caught:
            run(source(url=url), retries=2)
        assert str(caught.value) == (
            f"plays.tsv: {url}: broke off 3 times, at last: the server answered 503 Service Unavailable: run "
            "again, it goes on from there, or set FAIRTUNE_MIRROR to a folder that has set/plays.tsv"
        )
        assert (run.partial / "plays.tsv.part").read_bytes() == CONTENT[:1000]
        run(source(url=url))
        assert web.asked[-1] == ("/plays.tsv", "bytes=1000-")
        assert run.files() == {"plays.tsv": CONTENT}

    def test_that_were_complete_only_need_their_place(self, run, web):
        run.begun(CONTENT)
        run(source(url=f"{web.url}/plays.tsv"))
        assert run.files() == {"plays.tsv": CONTENT}

    def test_of_a_larger_version_start_over(self, run, web):
        run.begun(CONTENT + CONTENT)
        run(source(url=f"{web.url}/plays.tsv"))
        assert run.files() == {"plays.tsv": CONTENT}

    def test_of_another_version_start_over_when_the_checksum_shows_it(self, run, web):
        run.begun(b"x" * 1000)
        run(source(url=f"{web.url}/plays.tsv"))
        assert [asked for _, asked in web.asked] == ["bytes=1000-", None]
        assert run.files() == {"plays.tsv": CONTENT}

    def test_by_kill_9_leave_a_folder_that_the_next_run_completes(self, run, web):
        web.script = ["ok", "stall 4000"]
        web.files["/first.tsv"] = OTHER
        first = source("first.tsv", OTHER, f"{web.url}/first.tsv")
        second = source(url=f"{web.url}/plays.tsv")
        code = (
            "from pathlib import Path\n"
            "from fairtune.data.download import fetch\n"
            "from fairtune.data.download.http import Patience\n"
            "from fairtune.data.sources.base import Source\n"
            f"fetch.fetch([{first!r}, {second!r}], Path({str(run.raw)!r}),\n"
            f"    partial=Path({str(run.partial)!r}), mirror=None,\n"
            f"    patience=Patience(timeout={processes.PATIENCE}, retries=0))\n"
        )
        part = run.partial / "plays.tsv.part"
        with processes.started([sys.executable, "-c", code]) as process:
            processes.until(lambda: part.exists() and part.stat().st_size == 4000, alive=process)
            os.kill(process.pid, signal.SIGKILL)
        assert run.files() == {"first.tsv": OTHER}
        assert run(first, second) == ["plays.tsv"]
        assert web.asked[-1] == ("/plays.tsv", "bytes=4000-")
        assert run.files() == {"first.tsv": OTHER, "plays.tsv": CONTENT}
        assert not run.partial.exists()


class TestFailures:
    @pytest.fixture(autouse=True)
    def before(self, run):
        run.raw.mkdir(parents=True)
        (run.raw / "plays.tsv").write_bytes(OTHER)
        yield
        assert run.files() == {"plays.tsv": OTHER}  # what was there before stays

    def message(self, run, *sources, mirror=None):
        with pytest.raises(DownloadFailed) as caught:
            run(*sources, mirror=mirror)
        return str(caught.value)

    def test_without_a_network_tell_the_two_ways_out_at_once(self, run):
        message = self.message(run, source(url="https://files.example.invalid/plays.tsv"))
        assert run.pauses == []
        assert message.startswith("plays.tsv: can't reach files.example.invalid (")
        assert message.endswith(
            "): set FAIRTUNE_MIRROR to a folder that has set/plays.tsv, or connect to the network; "
            "`make demo` needs neither"
        )

    def test_to_connect_are_not_tried_again(self, run):
        assert self.message(run, source(), mirror="http://127.0.0.1:9") == (
            "plays.tsv: can't reach 127.0.0.1:9 (Connection refused): set FAIRTUNE_MIRROR to a folder that "
            "has set/plays.tsv, or connect to the network; `make demo` needs neither"
        )
        assert run.pauses == []

    def test_never_show_the_password_of_a_mirror(self, run):
        message = self.message(run, source(), mirror="http://name:secret@127.0.0.1:9")
        assert message.startswith("plays.tsv: can't reach 127.0.0.1:9 (Connection refused)")

    def test_of_a_mirror_without_the_file_name_the_path(self, run, tmp_path):
        assert self.message(run, source(), mirror=str(tmp_path)) == (
            f"plays.tsv: {tmp_path}/set/plays.tsv doesn't exist: set FAIRTUNE_MIRROR to a folder that has "
            "set/plays.tsv, or unset it to fetch from the publisher"
        )

    def test_of_a_server_without_the_file_are_not_tried_again(self, run, web):
        url = f"{web.url}/absent"
        assert self.message(run, source(url=url)) == (
            f"plays.tsv: {url}: the server answered 404 Not Found: "
            "set FAIRTUNE_MIRROR to a folder that has set/plays.tsv"
        )
        assert len(web.asked) == 1

    def test_of_the_checksum_name_both(self, run, tmp_path):
        damaged = hashlib.sha256(CONTENT[::-1]).hexdigest()
        mirror = mirrored(tmp_path / "mirror", CONTENT[::-1])
        assert self.message(run, source(), mirror=mirror) == (
            f"plays.tsv: {mirror}/set/plays.tsv is damaged or another version: sha256 {damaged}, recorded is "
            f"{source().checksum.replace(':', ' ')}: get it anew or set FAIRTUNE_MIRROR to a folder with a "
            "good copy; what was there is unchanged"
        )

    def test_of_the_size_name_both(self, run, tmp_path):
        message = self.message(run, source(), mirror=mirrored(tmp_path / "mirror", CONTENT[:-1]))
        assert "10,239 bytes, recorded is 10,240 bytes" in message

    def test_of_content_that_never_was_right_end_after_one_try(self, run, web):
        web.files["/plays.tsv"] = CONTENT[::-1]
        assert "is damaged or another version" in self.message(run, source(url=f"{web.url}/plays.tsv"))
        assert len(web.asked) == 1
        assert not (run.partial / "plays.tsv.part").exists()

    def test_of_a_body_without_end_stop_at_the_recorded_size(self, run, web):
        web.files["/plays.tsv"] = CONTENT * 100
        message = self.message(run, source(url=f"{web.url}/plays.tsv"))
        assert "the server sends more than the 10,240 bytes that it can be" in message

    def test_of_the_disk_name_the_file(self, run, tmp_path):
        run.partial.write_text("a file where a folder should be")
        assert self.message(run, source(), mirror=mirrored(tmp_path / "mirror")) == (
            f"{run.partial}: File exists: make room or give access, then run again: it goes on from there"
        )


class TestArchives:
    def packed(self, *entries, compression=zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return buffer.getvalue()

    def fetch(self, run, web, content):
        web.files["/set.zip"] = content
        url = f"{web.url}/set.zip"
        run(source(url=url, member="plays.tsv"), source("names.tsv", OTHER, url, "names.tsv"))

    def failure(self, run, web, *entries):
        with pytest.raises(DownloadFailed) as caught:
            self.fetch(run, web, self.packed(*entries))
        assert list(run.raw.iterdir()) == []
        return str(caught.value).replace(web.url, "URL")

    def test_are_fetched_once_for_all_their_members(self, run, web):
        self.fetch(run, web, self.packed(("set/plays.tsv", CONTENT), ("names.tsv", OTHER), ("readme", b"")))
        assert run.files() == {"plays.tsv": CONTENT, "names.tsv": OTHER}
        assert web.asked == [("/set.zip", None)]
        assert not run.partial.exists()

    def test_that_were_complete_before_a_kill_are_not_fetched_again(self, run, web):
        content = self.packed(("plays.tsv", CONTENT), ("names.tsv", OTHER))
        run.begun(content, "set.zip.part")
        self.fetch(run, web, content)
        assert web.asked == [("/set.zip", f"bytes={len(content)}-")]
        assert run.files() == {"plays.tsv": CONTENT, "names.tsv": OTHER}

    def test_write_nothing_outside_the_folder(self, run, web, tmp_path):
        before = sorted(tmp_path.rglob("*"))
        outside = str(tmp_path / "evil")
        slips = [("../../evil", b"x"), (outside, b"x"), ("../../plays.tsv", CONTENT), ("names.tsv", OTHER)]
        self.fetch(run, web, self.packed(*slips))
        made = set(tmp_path.rglob("*")) - set(before)
        assert made == {run.raw.parent, run.raw, run.raw / "plays.tsv", run.raw / "names.tsv"}

    def test_unpack_no_further_than_the_recorded_size(self, run, web):
        assert self.failure(run, web, ("plays.tsv", bytes(5_000_000))) == (
            "plays.tsv: unpacks to more than the 10,240 bytes on record, from URL/set.zip: "
            "the archive isn't what its publisher made; nothing was replaced"
        )

    def test_without_the_member_are_refused(self, run, web):
        assert self.failure(run, web, ("readme", b"")) == (
            "plays.tsv: URL/set.zip has no file of that name: nothing was replaced"
        )

    def test_with_two_of_the_name_are_refused(self, run, web):
        assert self.failure(run, web, ("a/plays.tsv", b"1"), ("b/plays.tsv", b"2")) == (
            "plays.tsv: URL/set.zip has 2 files of that name: nothing was replaced"
        )

    def test_that_are_none_are_refused(self, run, web):
        with pytest.raises(DownloadFailed, match=r"can't be unpacked \(File is not a zip file\)"):
            self.fetch(run, web, b"<html>not an archive</html>")


class TestPackedTapes:
    """TAR archives packed by gzip, of which the publisher recorded the MD5 and no sizes of members."""

    def packed(self, *entries):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for name, content in entries:
                entry = tarfile.TarInfo(name)
                if isinstance(content, str):
                    entry.type, entry.linkname = tarfile.SYMTYPE, content
                    archive.addfile(entry)
                else:
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()

    def fetch(self, run, web, content, recorded=None):
        web.files["/set.tar.gz"] = content
        md5 = hashlib.md5(content if recorded is None else recorded, usedforsecurity=False).hexdigest()
        sources = [
            Source(
                file=name,
                folder="set",
                checksum=f"md5:{hashlib.md5(bytes_, usedforsecurity=False).hexdigest()}",
                url=f"{web.url}/set.tar.gz",
                member=name,
                archive=Archive(md5=md5, size=len(content)),
            )
            for name, bytes_ in (("plays.tsv", CONTENT), ("names.tsv", OTHER))
        ]
        run(*sources)
        return sources

    def failure(self, run, web, content, recorded=None):
        with pytest.raises(DownloadFailed) as caught:
            self.fetch(run, web, content, recorded)
        assert list(run.raw.iterdir()) == []
        return str(caught.value).replace(web.url, "URL")

    def test_are_fetched_once_and_read_once(self, run, web):
        content = self.packed(("set/plays.tsv", CONTENT), ("readme", b"x"), ("set/names.tsv", OTHER))
        sources = self.fetch(run, web, content)
        assert run.files() == {"plays.tsv": CONTENT, "names.tsv": OTHER}
        assert web.asked == [("/set.tar.gz", None)]
        assert not run.partial.exists()
        assert run(*sources, mirror="/nowhere") == []  # they are known by their checksums alone

    def test_write_nothing_outside_the_folder_and_follow_no_link(self, run, web, tmp_path):
        before = set(tmp_path.rglob("*"))
        outside = str(tmp_path / "evil")
        slips = [
            ("../../evil", b"x"),
            (outside, b"x"),
            ("a/plays.tsv", "/etc/passwd"),
            ("../../plays.tsv", CONTENT),
            ("names.tsv", OTHER),
        ]
        self.fetch(run, web, self.packed(*slips))
        made = set(tmp_path.rglob("*")) - before
        assert made == {run.raw.parent, run.raw, run.raw / "plays.tsv", run.raw / "names.tsv"}
        assert run.files()["plays.tsv"] == CONTENT

    def test_other_than_recorded_are_not_unpacked(self, run, web):
        content = self.packed(("plays.tsv", CONTENT), ("names.tsv", OTHER))
        wanted, found = (hashlib.md5(each, usedforsecurity=False).hexdigest() for each in (b"x", content))
        assert self.failure(run, web, content, recorded=b"x") == (
            f"set.tar.gz: URL/set.tar.gz is damaged or another version: md5 {found}, recorded is md5 {wanted}"
            ": get it anew or set FAIRTUNE_MIRROR to a folder with a good copy; what was there is unchanged"
        )

    @pytest.mark.parametrize(("entries", "number"), [((), "no file"), ((b"1", b"2"), "2 files")])
    def test_without_the_member_or_with_two_are_refused(self, run, web, entries, number):
        packed = self.packed(("names.tsv", OTHER), *((f"{n}/plays.tsv", e) for n, e in enumerate(entries)))
        assert self.failure(run, web, packed) == (
            f"plays.tsv: URL/set.tar.gz has {number} of that name: nothing was replaced"
        )

    def test_of_another_member_than_recorded_are_refused(self, run, web):
        packed = self.packed(("plays.tsv", CONTENT[::-1]), ("names.tsv", OTHER))
        assert "plays.tsv: URL/set.tar.gz is damaged or another version: md5" in self.failure(
            run, web, packed
        )

    @pytest.mark.parametrize("cut", [10, 200, -20_000])
    def test_cut_off_are_refused(self, run, web, cut):
        content = self.packed(("plays.tsv", os.urandom(40_000)), ("names.tsv", OTHER))[:cut]
        assert "can't be unpacked (" in self.failure(run, web, content)

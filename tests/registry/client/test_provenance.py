from tests import processes

from fairtune.registry.client import provenance


def test_a_digest_tells_content_and_names_apart_and_nothing_else(tmp_path):
    folders = [tmp_path / name for name in "abcd"]
    for folder, (name, text) in zip(folders, [("x", "1"), ("x", "1"), ("y", "1"), ("x", "2")], strict=True):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / name).write_text(text, encoding="utf-8")
    first, same, renamed, changed = map(provenance.digest, folders)
    assert first == same
    assert len({first, renamed, changed}) == 3


def test_the_revision_is_what_git_says_and_dirty_if_a_tracked_file_changed(tmp_path):
    def git(*arguments):
        done = processes.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    assert provenance.git_revision(tmp_path) == ("none", False)
    (tmp_path / "file").write_text("1", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one")
    assert provenance.git_revision(tmp_path) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "untracked").write_text("1", encoding="utf-8")
    assert provenance.git_revision(tmp_path) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "file").write_text("2", encoding="utf-8")
    assert provenance.git_revision(tmp_path) == (git("rev-parse", "HEAD"), True)

import os
import subprocess
import sys

import pytest

from mixgan_tf import files


def full(*_):
    raise OSError(28, "No space left on device")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "folder" / "a.txt"
    with files.atomic_file(path) as temporary:
        temporary.write_text("old")
    wanted = pytest.raises(OSError, match="No space left on device: .*a.txt")
    with wanted, files.atomic_file(path) as temporary:
        temporary.write_text("ne")
        full()
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["a.txt"]


def test_a_file_reaches_the_disk_before_its_name_does(tmp_path, monkeypatch):
    done = []

    def told(name):
        real = getattr(os, name)

        def call(*arguments):
            done.append(name)
            return real(*arguments)

        monkeypatch.setattr(os, name, call)

    told("fsync")
    told("replace")
    with files.atomic_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert done == ["fsync", "replace"]


def test_errors_of_another_kind_are_left_alone(tmp_path):
    class Refused(OSError):
        pass

    for error in (Refused(5, "no"), OSError("no errno")):
        wanted = pytest.raises(type(error))
        with wanted as raised, files.atomic_file(tmp_path / "a"):
            raise error
        assert raised.value is error
    wanted = pytest.raises(FileNotFoundError, match="other.txt.*nothing was")
    with wanted, files.atomic_file(tmp_path / "a"):
        (tmp_path / "other.txt").read_text()


def test_a_folder_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "preset"
    with files.atomic_folder(path) as folder:
        (folder / "a").write_text("old")
    real = os.replace

    def second_fails(source, target):
        if not str(target).endswith("-old") and "-old" not in str(source):
            full()
        real(source, target)

    monkeypatch.setattr(os, "replace", second_fails)
    wanted = pytest.raises(OSError, match="No space left on device: .*preset")
    with wanted, files.atomic_folder(path) as folder:
        (folder / "a").write_text("new")
    assert (path / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["preset"]


def test_a_folder_replaces_a_file_and_others_may_read_it(tmp_path):
    path = tmp_path / "preset"
    path.write_text("a file")
    with files.atomic_folder(path) as folder:
        (folder / "a").write_text("new")
    assert (path / "a").read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o755
    assert os.listdir(tmp_path) == ["preset"]


def test_what_killed_processes_left_is_cleared_and_mended(tmp_path):
    (tmp_path / ".tmp-12-a.weights.h5").touch()
    (tmp_path / ".tmp-12-b.txt").touch()
    (tmp_path / ".tmp-of-somebody-else").touch()
    (tmp_path / ".tmp-preset-abcd_123").mkdir()
    old = tmp_path / ".tmp-preset-abcd_123-old"
    old.mkdir()
    (old / "a").write_text("old")
    files.remove_leftovers(tmp_path / "*.weights.h5")
    files.remove_leftovers(tmp_path / "preset")
    files.remove_leftovers(tmp_path / "nowhere" / "*")
    assert sorted(os.listdir(tmp_path)) == [
        ".tmp-12-b.txt",
        ".tmp-of-somebody-else",
        "preset",
    ]
    assert (tmp_path / "preset" / "a").read_text() == "old"
    # The new one is there: the old one is not needed.
    old.mkdir()
    files.remove_leftovers(tmp_path / "preset")
    assert not old.exists()
    assert (tmp_path / "preset" / "a").read_text() == "old"


def test_room_is_looked_for_and_not_taken(tmp_path):
    files.require_space(tmp_path / "new", 10_000)
    assert os.listdir(tmp_path / "new") == []
    with pytest.raises(OSError, match="nothing was written to"):
        files.require_space(tmp_path, 2**62)
    assert os.listdir(tmp_path) == ["new"]


def test_room_without_preallocation(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", unsupported)
    files.require_space(tmp_path, 10_000)
    with pytest.raises(OSError, match="No space left"):
        files.require_space(tmp_path, 2**62)


def test_a_folder_is_held_until_its_holder_dies(tmp_path):
    hold = (
        "import sys, time\nfrom mixgan_tf import files\n"
        "with files.alone_in(sys.argv[1]):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        wanted = pytest.raises(ValueError, match="Another process is at work")
        with wanted, files.alone_in(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    with files.alone_in(tmp_path):
        pass
    with files.alone_in(tmp_path):
        pass

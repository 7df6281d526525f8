"""Files are whole or absent; folders are new."""

import pytest

from source.core.files import locked, new_folder, write_whole


@pytest.mark.parametrize("content", [b"whole", "whole", lambda draft: draft.write_text("whole")])
def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path, content):
    (tmp_path / "a.txt").write_text("before")
    assert write_whole(tmp_path / "a.txt", content).read_text() == "whole"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_where_writing_fails_the_file_stays_as_it_was(tmp_path):
    def fail(draft):
        assert draft.suffix == ".png", "what writes it may go by the ending"
        draft.write_text("half")
        raise OSError("disk full")

    (tmp_path / "a.png").write_text("before")
    with pytest.raises(OSError, match="disk full"):
        write_whole(tmp_path / "a.png", fail)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_a_name_that_is_no_unicode_can_be_written(tmp_path):
    assert write_whole(tmp_path / "a.txt", "\udce9").read_bytes() == b"\\udce9"


def test_a_folder_that_exists_is_never_given_out(tmp_path):
    names = [new_folder(tmp_path / "out", "photo").name for _ in range(3)]
    assert names == ["photo", "photo_2", "photo_3"]


def test_a_file_is_locked_by_one_alone_until_it_is_closed(tmp_path):
    first = locked(tmp_path / "lock")
    assert first and locked(tmp_path / "lock") is None
    first.close()
    with locked(tmp_path / "lock") as again:
        assert again

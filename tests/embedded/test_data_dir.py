import os
from pathlib import Path

import pytest

from service.embedded.data_dir import RunningOffice, default_data_dir, open_data_dir, read_running
from service.embedded.refusals import AlreadyRunning, ForeignPlace, UnwritablePlace

OFFICE = RunningOffice(
    pid=1,
    database_url="postgresql://app@/eoffice",
    migrate_database_url="postgresql://owner@/eoffice",
    broker_url="redis+socket:///run/valkey.sock",
    base_url="http://127.0.0.1:8000",
    catcher_url="http://127.0.0.1:8025",
    smtp_port=1025,
)


def test_a_second_opening_names_the_process_that_holds_it(place: Path) -> None:
    with open_data_dir(place / "data"), pytest.raises(AlreadyRunning) as refused, open_data_dir(place / "data"):
        pass
    assert f"is already running as process {os.getpid()};" in str(refused.value)


def test_the_lock_of_a_process_that_is_gone_is_no_obstacle(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "lock").write_text("1")
    with open_data_dir(place / "data") as opened:
        assert opened.mail.is_dir()


def test_its_secrets_and_rooms_are_closed_to_others(place: Path) -> None:
    with open_data_dir(place / "data") as opened:
        assert opened.secret_key
        for path in (opened.path / "secret_key", opened.valkey, opened.mail, opened.log):
            assert path.stat().st_mode & 0o077 == 0
        assert opened.path.stat().st_mode & 0o066 == 0
        assert opened.run.stat().st_mode & 0o066 == 0


def test_the_secret_key_is_made_once(place: Path) -> None:
    with open_data_dir(place / "data") as first:
        key = first.secret_key
    with open_data_dir(place / "data") as second:
        assert second.secret_key == key


def test_a_restored_office_goes_on_with_the_old_key(place: Path) -> None:
    with open_data_dir(place / "data") as restored:
        restored.keep_secret_key("of the old office")
        assert restored.secret_key == "of the old office"
        assert (restored.path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_running_office_can_be_found_as_long_as_it_runs(place: Path) -> None:
    assert read_running(place / "data") is None
    with open_data_dir(place / "data") as opened:
        assert read_running(place / "data") is None
        opened.announce(OFFICE)
        assert read_running(place / "data") == OFFICE
    assert read_running(place / "data") is None


def test_addresses_that_a_killed_office_left_behind_are_not_believed(place: Path) -> None:
    with open_data_dir(place / "data") as opened:
        opened.announce(OFFICE)
        left_behind = (opened.path / "running.json").read_text()
    (place / "data" / "running.json").write_text(left_behind)
    assert read_running(place / "data") is None


def test_a_directory_full_of_other_things_is_left_alone(place: Path) -> None:
    (place / "letter.txt").touch()
    mode = place.stat().st_mode
    with pytest.raises(ForeignPlace, match="files that are no office's"), open_data_dir(place):
        pass
    assert place.stat().st_mode == mode


def test_a_place_that_cannot_be_written_is_refused_in_one_line(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(UnwritablePlace) as refused, open_data_dir(place / "file" / "data"):
        pass
    assert str(refused.value).startswith(f"{place / 'file' / 'data'} cannot be written (Not a directory)")


def test_sockets_of_a_long_path_move_to_a_short_one_that_stays_the_same(place: Path) -> None:
    deep = place / ("long" * 12) / ("longer" * 12)
    with open_data_dir(deep) as opened:
        run = opened.run
        assert deep not in run.parents
        assert len(os.fsencode(run)) < 80
    with open_data_dir(deep) as opened:
        assert opened.run == run
    run.rmdir()


def test_a_short_path_for_sockets_that_somebody_else_took_first_is_refused(place: Path) -> None:
    deep = place / ("long" * 12) / ("longer" * 12)
    with open_data_dir(deep) as opened:
        run = opened.run
    run.rmdir()
    run.symlink_to(place)
    with pytest.raises(UnwritablePlace, match="belongs to somebody else"), open_data_dir(deep):
        pass
    run.unlink()


def test_the_default_place_follows_the_users_own_choice(place: Path) -> None:
    assert default_data_dir(place, xdg_data_home="/srv/share") == Path("/srv/share/eoffice")

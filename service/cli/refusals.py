"""Expected failures of the command line itself."""

from service.domain.errors import Refused


class PlainHttp(Refused):
    code = "plain-http"
    en = (
        "Listening on {address} without TLS would send passwords in the clear; give --tls-cert and --tls-key,"
        " or name the proxy that ends TLS in EOFFICE_TRUSTED_PROXIES."
    )
    vietnamese = "Không mở cổng {address} khi chưa có TLS."


class UnfinishedInTime(Refused):
    code = "unfinished-in-time"
    en = "After {seconds} seconds {open} of {total} letters were still open; the logs are in {logs}."
    vietnamese = "Sau {seconds} giây còn {open}/{total} thư chưa gửi xong."


class UnexpectedPage(Refused):
    code = "unexpected-page"
    en = "{method} {path} answered {status} instead of {expected}; the logs are in the data directory, under log/."
    vietnamese = "{method} {path} trả lời {status}, không phải {expected}."


class PlaceTaken(Refused):
    code = "place-taken"
    en = "{place} holds an office already; restore into an empty place."
    vietnamese = "{place} đã có dữ liệu."


class BrokenBackup(Refused):
    code = "broken-backup"
    en = "{name} is no complete backup: {reason}."
    vietnamese = "{name} không phải là bản sao lưu đầy đủ: {reason}."


class DatabaseTaken(Refused):
    code = "database-taken"
    en = "The database is not empty; make a new one, name it in EOFFICE_MIGRATE_DATABASE_URL, and restore into that."
    vietnamese = "Cơ sở dữ liệu không trống; tạo cơ sở dữ liệu mới rồi khôi phục vào đó."


class NobodySeen(Refused):
    code = "nobody-seen"
    en = "No {missing} was seen lately: letters wait and nothing is lost; look at its log and start it again."
    vietnamese = "Không thấy {missing} hoạt động; thư đang chờ, chưa mất gì."


class UnwritableFile(Refused):
    code = "unwritable-file"
    en = "{name} cannot be written: {reason}."
    vietnamese = "Không ghi được tệp {name}: {reason}."


class DemoFailed(Refused):
    code = "demo-failed"
    en = "{inbox} of {employees} people have the document in the inbox, {letters} letters were given up or set aside."
    vietnamese = "{inbox}/{employees} người có văn bản trong hộp, {letters} thư không gửi được."


class FileExists(Refused):
    code = "file-exists"
    en = "{name} exists already; name a file that does not."
    vietnamese = "Đã có tệp {name}; chọn tên khác."


class UnreadableText(Refused):
    code = "unreadable-text"
    en = "{name} is no UTF-8 text ({reason}); save it as UTF-8, or attach it in its own format."
    vietnamese = "{name} không phải là văn bản UTF-8 ({reason})."


class UnusableDatabase(Refused):
    code = "unusable-database"
    en = "The database cannot be used ({reason}); start it, or mend EOFFICE_DATABASE_URL, and try again."
    vietnamese = "Không dùng được cơ sở dữ liệu: {reason}."


class NotOwner(Refused):
    code = "not-owner"
    en = "The database role may not do this; name the tables' owner in EOFFICE_MIGRATE_DATABASE_URL."
    vietnamese = "Tài khoản cơ sở dữ liệu không đủ quyền; đặt EOFFICE_MIGRATE_DATABASE_URL của chủ sở hữu."


class NotMigrated(Refused):
    code = "not-migrated"
    en = "The database is not of this version's schema; run `eoffice migrate` first."
    vietnamese = "Cơ sở dữ liệu chưa đúng phiên bản; chạy `eoffice migrate` trước."


class ChainBroken(Refused):
    code = "chain-broken"
    en = "The evidence chain does not hold: {what}."
    vietnamese = "Chuỗi chứng cứ không còn nguyên vẹn: {what}."


class UnreadableAnchor(Refused):
    code = "unreadable-anchor"
    en = "{name} is no anchor file: {reason}."
    vietnamese = "{name} không phải là tệp mốc neo: {reason}."

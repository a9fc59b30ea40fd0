"""Documents, their files, texts and numbers."""

from service.domain.errors.bases import Conflict, Invalid, TooLarge


class MissingTitle(Invalid):
    code = "missing-title"
    en = "A document needs a title (trích yếu)."
    vietnamese = "Văn bản cần có trích yếu."


class SecrecyMark(Invalid):
    """Secret documents must not enter a networked system (Luật Bảo vệ bí mật nhà nước 2018, điều 5)."""

    code = "secrecy-mark"
    en = "The document bears the mark {mark}; secret documents must not be put on this system."
    vietnamese = "Văn bản có dấu {mark}; văn bản mật không được đưa lên hệ thống này."


class FileTooLarge(TooLarge):
    code = "file-too-large"
    en = "{name} is larger than the limit of {limit} bytes per file."
    vietnamese = "Tệp {name} vượt quá giới hạn {limit} byte mỗi tệp."


class RequestTooLarge(TooLarge):
    code = "request-too-large"
    en = "The request is larger than the limit of {limit} bytes."
    vietnamese = "Dữ liệu gửi lên vượt quá giới hạn {limit} byte."


class MissingFile(Invalid):
    code = "missing-file"
    en = "There is no readable file {name}."
    vietnamese = "Không có hoặc không đọc được tệp {name}."


class EmptyFileName(Invalid):
    code = "empty-file-name"
    en = "An attached file has no name."
    vietnamese = "Tệp đính kèm không có tên."


class UnknownDocumentType(Invalid):
    code = "unknown-document-type"
    en = "There is no document type {given!r}; use an abbreviation of NĐ 30/2020 such as KH, QĐ, TB, CV."
    vietnamese = "Không có loại văn bản {given!r}; dùng chữ viết tắt theo NĐ 30/2020 như KH, QĐ, TB, CV."


class UnknownUrgency(Invalid):
    code = "unknown-urgency"
    en = "There is no urgency {given!r}; use thuong, khan, thuong-khan or hoa-toc."
    vietnamese = "Không có mức độ khẩn {given!r}; dùng thuong, khan, thuong-khan hoặc hoa-toc."


class BadNumber(Invalid):
    code = "bad-number"
    en = "The number and symbol {given!r} holds characters that no register takes."
    vietnamese = "Số, ký hiệu {given!r} có ký tự không ghi được vào sổ."


class UnstorableText(Invalid):
    code = "unstorable-text"
    en = "The text holds a NUL or half a character, so it is no text; save the file as UTF-8 and try again."
    vietnamese = "Văn bản có ký tự không hợp lệ; lưu tệp dưới dạng UTF-8 rồi thử lại."


class TooLong(Invalid):
    """`field` names the text in both languages."""

    code = "too-long"
    en = "The {field} is longer than {limit} characters."
    vietnamese = "Mục {field} dài quá {limit} ký tự."


class EmptyText(Invalid):
    """`field` names the text in both languages."""

    code = "empty-text"
    en = "The {field} is empty."
    vietnamese = "Chưa ghi {field}."


class KeyReused(Conflict):
    code = "idempotency-key-reused"
    en = "The Idempotency-Key {key!r} was used for a different posting."
    vietnamese = "Khóa chống gửi lặp {key!r} đã dùng cho một văn bản khác."

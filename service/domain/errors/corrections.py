"""Corrections of what was published."""

from service.domain.errors.bases import Conflict, Invalid


class DocumentRecalled(Conflict):
    code = "document-recalled"
    en = "This document was recalled; it is no longer read, confirmed, corrected or printed."
    vietnamese = "Văn bản này đã thu hồi; không đọc, xác nhận, sửa hay in danh sách nữa."


class NotRecalled(Invalid):
    code = "not-recalled"
    en = "The document was not recalled; there is no recall to confirm."
    vietnamese = "Văn bản không bị thu hồi nên không có gì để xác nhận đã gỡ."


class MissingNote(Invalid):
    code = "missing-note"
    en = "Say what is corrected, or why: everybody who was sent the document reads it."
    vietnamese = "Cần ghi nội dung đính chính hoặc lý do: mọi người nhận văn bản đều đọc được."


class NothingChanged(Invalid):
    code = "nothing-changed"
    en = "This is what everybody has already: nothing was changed."
    vietnamese = "Nội dung này mọi người đã có; chưa có gì thay đổi."


class FilesKeptAndSent(Invalid):
    code = "files-kept-and-sent"
    en = "The files of the revision before are either kept or replaced; choose one."
    vietnamese = "Đã chọn tệp mới mà vẫn giữ các tệp của bản trước; chọn một trong hai."


class CorrectedMeanwhile(Conflict):
    code = "corrected-meanwhile"
    en = "Revision {given} has been replaced already; look at revision {current} first."
    vietnamese = "Bản {given} đã được thay thế rồi; đề nghị xem bản {current} trước."

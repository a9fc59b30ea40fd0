"""Danh sách ký nhận: printed, signed, entered."""

from service.domain.errors.bases import Invalid


class NobodyOnSheet(Invalid):
    code = "nobody-on-sheet"
    en = "Nobody of the unit {unit!r} is on this list, so there is nothing to print."
    vietnamese = "Danh sách này không có ai thuộc đơn vị {unit!r} nên không có gì để in."


class MistypedSheetCode(Invalid):
    code = "mistyped-sheet-code"
    en = "The sheet code {given!r} is mistyped: its last letter does not fit the others."
    vietnamese = "Mã danh sách {given!r} gõ sai: chữ cuối không khớp các chữ trước."


class UnknownSheet(Invalid):
    code = "unknown-sheet"
    en = "No sheet of yours was printed with the code {given!r}."
    vietnamese = "Không có danh sách nào mang mã {given!r} mà đồng chí được nhập."


class SheetOfAnother(Invalid):
    code = "sheet-of-another-distribution"
    en = "The sheet {given!r} was printed for another distribution; enter it there."
    vietnamese = "Danh sách {given!r} in cho đợt gửi khác; nhập ở đợt gửi đó."


class NobodyTicked(Invalid):
    code = "nobody-ticked"
    en = "Nobody was ticked; tick everybody who signed."
    vietnamese = "Chưa đánh dấu ai; đánh dấu những người đã ký."


class NameTwice(Invalid):
    code = "name-twice"
    en = "The person {given!r} is named twice; each signs a sheet once."
    vietnamese = "Người mang mã {given!r} được ghi hai lần; mỗi người chỉ ký một lần."


class NotOnSheet(Invalid):
    code = "not-on-sheet"
    en = "The person {given!r} is not on this sheet, or not of your units."
    vietnamese = "Người mang mã {given!r} không có trong danh sách này hoặc không thuộc đơn vị của đồng chí."


class SignedInFuture(Invalid):
    code = "signed-in-future"
    en = "The day {day} has not come yet."
    vietnamese = "Ngày {day} chưa đến."


class SignedBeforeSheet(Invalid):
    code = "signed-before-sheet"
    en = "Nobody can have signed on {day}; this begins on {first}."
    vietnamese = "Không thể ký ngày {day}; sớm nhất là ngày {first}."


class MissingScan(Invalid):
    code = "missing-scan"
    en = "Attach the scan of the signed sheet, as one file."
    vietnamese = "Cần đính kèm bản quét danh sách đã ký, gộp thành một tệp."


class EmptyScan(Invalid):
    code = "empty-scan"
    en = "The scan {name!r} is empty; scan the sheet again."
    vietnamese = "Bản quét {name!r} rỗng; quét lại danh sách."


class BadScan(Invalid):
    code = "bad-scan"
    en = "The file {name!r} is no PDF, JPEG or PNG, whatever its name says."
    vietnamese = "Tệp {name!r} không phải PDF, JPEG hoặc PNG, dù tên tệp ghi gì."

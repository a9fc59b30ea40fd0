"""Expected failures: every sentence a user may get instead of what was asked, in both languages, on one page.

A refusal is raised with the facts its sentences name. `str(refusal)` is the English line for the command line and the
API; `refusal.vi` is the Vietnamese one for the pages. How each becomes an HTTP status is decided in `web/errors.py`.
"""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 - the field's word for an expected failure, not a programming error
    """Base of every expected failure: what, where, and what to do, in one line."""

    code: ClassVar[str]
    en: ClassVar[str]
    vietnamese: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    @property
    def vi(self) -> str:
        """A fact that has a Vietnamese word of its own stands in it."""
        return self.vietnamese.format(**{name: getattr(fact, "vi", fact) for name, fact in self.facts.items()})


class NotFound(Refused):
    """What is not there, or what this person may not see: the two must look alike."""

    code = "not-found"
    en = "There is no such page or record, or it is not yours to see."
    vietnamese = "Không có trang hoặc văn bản này, hoặc đồng chí không được xem."


class LinkOfAnother(NotFound):
    code = "link-of-another"
    en = "This link was sent to somebody else; if the letter is yours, sign out and open it again."
    vietnamese = (
        "Liên kết này gửi riêng cho người khác. Nếu đúng là thư của đồng chí thì đăng xuất tài khoản đang dùng, "
        "rồi mở lại liên kết."
    )


class Invalid(Refused):
    """The request is understood and wrong; its author can mend it."""


class Conflict(Refused):
    """The request is right and comes at the wrong moment or a second time."""


class TooLarge(Refused):
    """More bytes than this office takes."""


class SignInNeeded(Refused):
    code = "sign-in-needed"
    en = "Sign in first, or send a valid bearer token."
    vietnamese = "Cần đăng nhập để xem trang này."


class Throttled(Refused):
    code = "throttled"
    en = "Too many failed attempts; try again in {seconds} seconds."
    vietnamese = "Đã sai quá nhiều lần; thử lại sau {seconds} giây."


class PrintingTooLong(Refused):
    code = "printing-too-long"
    en = "The printed sheet was not ready in time, because the machine is busy; try again in a while."
    vietnamese = "Máy đang bận nên chưa dàn xong trang in; đồng chí thử lại sau ít phút."


class WrongPassword(Refused):
    code = "wrong-password"
    en = "The name or the password is wrong."
    vietnamese = "Tên đăng nhập hoặc mật khẩu không đúng."


class BadLink(Refused):
    code = "bad-link"
    en = "This one-time link or code is used, expired or mistyped; ask the secretariat for a new one."
    vietnamese = "Liên kết hoặc mã dùng một lần này đã dùng, hết hạn hoặc gõ sai; đề nghị văn thư cấp lại."


class WeakPassword(Invalid):
    code = "weak-password"
    en = "A new password needs at least {least} characters and must be neither the user name nor the old one."
    vietnamese = "Mật khẩu mới cần ít nhất {least} ký tự, không trùng tên đăng nhập và mật khẩu cũ."


class WeakPin(Invalid):
    code = "weak-pin"
    en = "A PIN needs six figures that are no row, no repetition and no date."
    vietnamese = "Mã PIN cần đúng 6 chữ số, không phải dãy số liền nhau, số lặp lại hoặc ngày tháng."


class WrongPin(Refused):
    code = "wrong-pin"
    en = "The PIN is wrong."
    vietnamese = "Mã PIN không đúng."


class BadKioskCode(Refused):
    code = "bad-kiosk-code"
    en = "This code is used, expired or mistyped; have a new one made on the page of shared PCs."
    vietnamese = "Mã này đã dùng, hết hạn hoặc gõ sai; đề nghị văn thư hoặc quản trị tạo mã mới."


class ForgedRequest(Refused):
    code = "forged-request"
    en = "This form did not come from our own page; open the page again and repeat."
    vietnamese = "Yêu cầu không đến từ trang của hệ thống; mở lại trang rồi thực hiện lại."


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


class BadDate(Invalid):
    code = "bad-date"
    en = "{given!r} is no date; write dd/MM/yyyy or yyyy-MM-dd."
    vietnamese = "{given!r} không phải là ngày; ghi dd/MM/yyyy hoặc yyyy-MM-dd."


class BadDeadline(BadDate):
    code = "bad-deadline"
    en = "{given!r} is no deadline; write dd/MM/yyyy, yyyy-MM-dd, or 1d to 999d for so many working days."
    vietnamese = "{given!r} không phải là ngày hay số ngày làm việc; ghi dd/MM/yyyy, yyyy-MM-dd hoặc từ 1d đến 999d."


class DueInPast(Invalid):
    code = "due-in-past"
    en = "The deadline {due} has passed already."
    vietnamese = "Hạn xác nhận {due} đã qua."


class DueBeforeSending(Invalid):
    code = "due-before-sending"
    en = "The deadline {due} comes before sending starts at {start}."
    vietnamese = "Hạn xác nhận {due} đến trước lúc gửi {start}."


class DueTooFar(Invalid):
    code = "due-too-far"
    en = "The deadline {due} is more than five years ahead; check the year."
    vietnamese = "Hạn xác nhận {due} cách nay hơn năm năm; kiểm tra lại năm."


class DueWithoutConfirming(Invalid):
    code = "due-without-confirming"
    en = "A deadline goes with a confirmation; this document is sent for information. Ask to confirm, or drop it."
    vietnamese = "Hạn đi cùng việc xác nhận; văn bản gửi để biết thì không có hạn. Chọn phải xác nhận, hoặc bỏ hạn."


class UnknownTerm(Invalid):
    code = "unknown-audience-term"
    en = "The audience term {term!r} is none; write all, unit:CODE, class:CLASS, group:NAME or person:CODE."
    vietnamese = "Mục người nhận {term!r} không đúng; ghi all, unit:MÃ, class:LOẠI, group:TÊN hoặc person:MÃ."


class UnknownClass(UnknownTerm):
    code = "unknown-staff-class"
    en = "The audience term {term!r} names no class; they are cong-chuc, vien-chuc and nguoi-lao-dong."
    vietnamese = "Mục người nhận {term!r} không đúng; các loại là cong-chuc, vien-chuc và nguoi-lao-dong."


class NotInDirectory(UnknownTerm):
    """`kind` names what was looked for in both languages."""

    code = "not-in-directory"
    en = "The audience term {term!r} names nobody; there is no such {kind} in the directory."
    vietnamese = "Mục người nhận {term!r} không đúng; danh bạ không có {kind} này."


class MissingAudience(Invalid):
    code = "missing-audience"
    en = "The audience is empty; say whom the document is for."
    vietnamese = "Chưa ghi người nhận."


class EmptyAudience(Invalid):
    code = "empty-audience"
    en = "The audience {audience!r} holds nobody."
    vietnamese = "Danh sách người nhận {audience!r} không có ai."


class TooManyTerms(Invalid):
    code = "too-many-audience-terms"
    en = "The audience has {given} terms and may have {limit}; name units or a group instead of single people."
    vietnamese = "Nơi nhận có {given} mục, nhiều nhất là {limit}; ghi đơn vị hoặc nhóm thay cho từng người."


class KeyReused(Conflict):
    code = "idempotency-key-reused"
    en = "The Idempotency-Key {key!r} was used for a different posting."
    vietnamese = "Khóa chống gửi lặp {key!r} đã dùng cho một văn bản khác."


class NothingToConfirm(Invalid):
    code = "nothing-to-confirm"
    en = "This document was sent for information; it asks for no confirmation."
    vietnamese = "Văn bản này gửi để biết, không phải xác nhận."


class NothingConfirmed(Conflict):
    code = "nothing-confirmed"
    en = "There is no confirmation of this revision to make out a receipt for."
    vietnamese = "Đồng chí chưa xác nhận bản này nên chưa có biên nhận."


class NoMailbox(Invalid):
    code = "no-mailbox"
    en = "The directory holds no working mail address for this person."
    vietnamese = "Danh bạ chưa có địa chỉ thư dùng được của đồng chí."


class OldRevision(Conflict):
    code = "old-revision"
    en = "Revision {given} was replaced; read and confirm revision {current}."
    vietnamese = "Bản {given} đã được thay thế; đề nghị đọc và xác nhận bản {current}."


class NobodyToRemind(Conflict):
    code = "nobody-to-remind"
    en = "Everybody has confirmed or is excused; there is nobody to remind."
    vietnamese = "Không còn ai cần nhắc: mọi người đã xác nhận hoặc có lý do."


class RemindedLately(Conflict):
    code = "reminded-lately"
    en = "They were reminded by hand within the last {hours} hours; nobody was reminded again."
    vietnamese = "Đã đôn đốc trong vòng {hours} giờ qua; chưa nhắc lại ai."


class AlreadyListed(Conflict):
    code = "already-listed"
    en = "The person {code!r} stands on this list already."
    vietnamese = "Người mang mã {code!r} đã có trong danh sách này."


class HasLeft(Invalid):
    code = "has-left"
    en = "The person {code!r} is not in the office today."
    vietnamese = "Người mang mã {code!r} hiện không còn ở cơ quan."


class BadQuestion(Invalid):
    """A control question is wrong; `number` counts from 1."""


class TooManyQuestions(BadQuestion):
    code = "too-many-questions"
    en = "There are {given} control questions; a document takes {most} at most."
    vietnamese = "Có {given} câu hỏi kiểm tra; mỗi văn bản tối đa {most} câu."


class EmptyQuestion(BadQuestion):
    code = "empty-question"
    en = "Control question {number} has no text."
    vietnamese = "Câu hỏi kiểm tra {number} chưa có nội dung."


class BadChoices(BadQuestion):
    code = "bad-choices"
    en = "Control question {number} needs {least} to {most} choices, none of them empty."
    vietnamese = "Câu hỏi kiểm tra {number} cần từ {least} đến {most} phương án, không phương án nào để trống."


class DuplicateChoice(BadQuestion):
    code = "duplicate-choice"
    en = "Control question {number} has the same choice twice."
    vietnamese = "Câu hỏi kiểm tra {number} có hai phương án giống nhau."


class NoRightChoice(BadQuestion):
    code = "no-right-choice"
    en = "Control question {number} does not say which of its choices is right."
    vietnamese = "Câu hỏi kiểm tra {number} chưa chỉ ra phương án đúng trong các phương án của nó."


class DuplicateQuestion(BadQuestion):
    code = "duplicate-question"
    en = "Control question {number} was asked before in the same document."
    vietnamese = "Câu hỏi kiểm tra {number} trùng với câu trước."


class QuestionsWithoutConfirming(BadQuestion):
    code = "questions-without-confirming"
    en = "Control questions go with a confirmation; this document is sent for information."
    vietnamese = "Câu hỏi kiểm tra đi cùng việc xác nhận; văn bản gửi để biết thì không có câu hỏi."


class UnansweredQuestion(Invalid):
    code = "unanswered-question"
    en = "Question {number} has no answer; choose one of its choices, then confirm."
    vietnamese = "Câu hỏi {number} chưa được trả lời; chọn một phương án rồi xác nhận."


class AlreadyReturned(Conflict):
    code = "already-returned"
    en = "This document was returned already; the secretariat has not answered yet."
    vietnamese = "Đồng chí đã trả lại văn bản này; văn thư chưa trả lời."


class TooManyInquiries(Throttled):
    code = "too-many-inquiries"
    en = "Too many questions in a short time; try again in {seconds} seconds."
    vietnamese = "Đã gửi quá nhiều câu hỏi trong thời gian ngắn; thử lại sau {seconds} giây."


class AlreadyAnswered(Conflict):
    code = "already-answered"
    en = "This was answered already; an answer stands as it was given."
    vietnamese = "Đã có câu trả lời; câu trả lời giữ nguyên như đã gửi."


class NotAReturn(Invalid):
    code = "not-a-return"
    en = "This is a question; only a return can be accepted."
    vietnamese = "Đây là câu hỏi; chỉ chấp nhận được khi người nhận trả lại văn bản."


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


class DueNeeded(Invalid):
    code = "due-needed"
    en = "The deadline {due} has passed; a replacement that must be confirmed needs a new one."
    vietnamese = "Hạn xác nhận {due} đã qua; bản thay thế phải xác nhận nên cần hạn mới."


class CorrectedMeanwhile(Conflict):
    code = "corrected-meanwhile"
    en = "Revision {given} has been replaced already; look at revision {current} first."
    vietnamese = "Bản {given} đã được thay thế rồi; đề nghị xem bản {current} trước."


class BadPeriod(Invalid):
    code = "bad-period"
    en = "The period ends on {last}, before it starts on {first}."
    vietnamese = "Ngày kết thúc {last} trước ngày bắt đầu {first}."


class PeriodOver(Invalid):
    code = "period-over"
    en = "The period ended on {last}, which has passed."
    vietnamese = "Thời gian này đã qua: ngày cuối là {last}."


class NotShorter(Invalid):
    code = "not-shorter"
    en = "The absence {known} is cut short to a day between its first and the one before its last, not to {last}."
    vietnamese = "{known}: ngày vắng cuối mới phải từ ngày bắt đầu đến trước ngày kết thúc, không phải {last}."


class AbsenceTooLong(Invalid):
    code = "absence-too-long"
    en = "The absence from {first} to {last} is longer than five years; check the year."
    vietnamese = "Thời gian vắng từ {first} đến {last} dài hơn năm năm; kiểm tra lại năm."


class OverlappingAbsence(Conflict):
    code = "overlapping-absence"
    en = "Another absence is recorded for these days: {known}; withdraw it or cut it short first."
    vietnamese = "Đã ghi vắng trong những ngày này: {known}; rút lại hoặc rút ngắn lần đó trước."


class UnknownAbsenceKind(Invalid):
    code = "unknown-absence-kind"
    en = "There is no kind of absence {given!r}; use leave, mission, illness, maternity or study."
    vietnamese = "Không có loại vắng {given!r}; dùng leave, mission, illness, maternity hoặc study."


class MissingReason(Invalid):
    code = "missing-reason"
    en = "A reason is needed: it stands in the report."
    vietnamese = "Cần ghi lý do: lý do được đưa vào báo cáo."


class DocumentRecalled(Conflict):
    code = "document-recalled"
    en = "This document was recalled; it is no longer read, confirmed, corrected or printed."
    vietnamese = "Văn bản này đã thu hồi; không đọc, xác nhận, sửa hay in danh sách nữa."


class ListBeingDrawn(Conflict):
    code = "list-being-drawn"
    en = "The list of recipients is still being drawn; try again in a moment."
    vietnamese = "Danh sách người nhận đang được lập; thử lại sau giây lát."


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


class AlreadyConfirmed(Conflict):
    code = "already-confirmed"
    en = "{name} has confirmed already; the first time is kept."
    vietnamese = "{name} đã xác nhận rồi; hệ thống giữ lần đầu."


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


class BadCursor(Invalid):
    code = "bad-cursor"
    en = "This cursor was not given by this list."
    vietnamese = "Con trỏ trang không hợp lệ."


class UnreadableImport(Invalid):
    code = "unreadable-import"
    en = "{name} cannot be read: {reason}."
    vietnamese = "Không đọc được tệp {name}: {reason}."


class ImportRefused(Invalid):
    code = "import-refused"
    en = "{refused} of {rows} rows are refused, so none was taken; mend them, or take the good ones with --take-good."
    vietnamese = "{refused}/{rows} dòng bị từ chối nên chưa nhận dòng nào; sửa tệp hoặc chọn nhận các dòng đúng."


class DaysRefused(Invalid):
    code = "days-refused"
    en = "{refused} places in {rows} rows are refused, so no day was taken; mend the file."
    vietnamese = "{refused} chỗ trong {rows} dòng bị từ chối nên chưa nhận ngày nào; sửa tệp rồi nhập lại."


class ManyLeave(Invalid):
    code = "many-leave"
    en = (
        "{left} of the {staff} people in the directory are not in the file and would leave, so nothing was taken; "
        "import the whole staff, or allow it with --allow-leavers."
    )
    vietnamese = (
        "{left}/{staff} người trong danh bạ không có trong tệp nên chưa nhận gì; nhập tệp đủ toàn bộ danh sách, "
        "hoặc chọn cho những người đó rời cơ quan."
    )


class UnknownPerson(Invalid):
    code = "unknown-person"
    en = "There is no person with the code {given!r} in the directory."
    vietnamese = "Danh bạ không có người mang mã {given!r}."


class UnknownUnit(Invalid):
    code = "unknown-unit"
    en = "There is no unit with the code {given!r} in the directory."
    vietnamese = "Danh bạ không có đơn vị mang mã {given!r}."


class UnknownRole(Invalid):
    code = "unknown-role"
    en = "There is no role {given!r}; use manager, secretariat, leadership, auditor or administrator."
    vietnamese = "Không có vai trò {given!r}."


class AccountExists(Conflict):
    code = "account-exists"
    en = "There is an account {name!r} already."
    vietnamese = "Đã có tài khoản {name!r}."


class DelegateToSelf(Invalid):
    code = "delegate-to-self"
    en = "A role is handed to somebody else, not to oneself."
    vietnamese = "Chỉ ủy quyền cho người khác, không ủy quyền cho chính mình."


class AlreadyDelegated(Conflict):
    code = "already-delegated"
    en = "This role is handed to {name!r} already on some of these days; take it back first."
    vietnamese = "Đã ủy quyền vai trò này cho {name!r} trong những ngày đó; thu hồi trước rồi ủy quyền lại."


class NoAccount(Invalid):
    code = "no-account"
    en = "There is no active account {name!r}."
    vietnamese = "Không có tài khoản {name!r} đang hoạt động."


class MissingSetting(Refused):
    code = "missing-setting"
    en = "{name} is not set; `eoffice demo` and `eoffice up` bring their own servers, this command needs yours."
    vietnamese = "Chưa đặt {name}."


class BadSetting(Refused):
    code = "bad-setting"
    en = "{name} is wrong: {reason}."
    vietnamese = "{name} không đúng: {reason}."


class NotRunning(Refused):
    code = "not-running"
    en = "No office is running on {place}; start it with `eoffice up`, or set EOFFICE_DATABASE_URL."
    vietnamese = "Chưa có hệ thống nào chạy tại {place}."


class DatabaseAway(Refused):
    code = "database-away"
    en = "The database does not answer; nothing was lost, try again in a moment."
    vietnamese = "Cơ sở dữ liệu chưa trả lời; chưa có gì bị mất, thử lại sau giây lát."

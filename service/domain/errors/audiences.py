"""Whom a document is for, and the list that is drawn of them."""

from service.domain.errors.bases import Conflict, Invalid


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


class ListBeingDrawn(Conflict):
    code = "list-being-drawn"
    en = "The list of recipients is still being drawn; try again in a moment."
    vietnamese = "Danh sách người nhận đang được lập; thử lại sau giây lát."


class AlreadyListed(Conflict):
    code = "already-listed"
    en = "The person {code!r} stands on this list already."
    vietnamese = "Người mang mã {code!r} đã có trong danh sách này."


class HasLeft(Invalid):
    code = "has-left"
    en = "The person {code!r} is not in the office today."
    vietnamese = "Người mang mã {code!r} hiện không còn ở cơ quan."


class NobodyToRemind(Conflict):
    code = "nobody-to-remind"
    en = "Everybody has confirmed or is excused; there is nobody to remind."
    vietnamese = "Không còn ai cần nhắc: mọi người đã xác nhận hoặc có lý do."


class BeingReplaced(Conflict):
    code = "being-replaced"
    en = "The new revision is still being sent to everybody; remind them in a few minutes."
    vietnamese = "Bản thay thế đang được gửi tới mọi người; đôn đốc sau ít phút nữa."


class RemindedLately(Conflict):
    code = "reminded-lately"
    en = "They were reminded by hand within the last {hours} hours; nobody was reminded again."
    vietnamese = "Đã đôn đốc trong vòng {hours} giờ qua; chưa nhắc lại ai."

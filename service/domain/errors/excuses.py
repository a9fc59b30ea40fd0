"""Absences, exemptions and other periods."""

from service.domain.errors.bases import Conflict, Invalid


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


class AbsentBeforeService(Invalid):
    code = "absent-before-service"
    en = "The absence ends on {last}, before the person's first day, {first_day}; check the days, or the directory."
    vietnamese = "Vắng đến {last} là trước ngày người này vào làm, {first_day}; kiểm tra lại ngày, hoặc danh bạ."


class AbsentAfterService(Invalid):
    code = "absent-after-service"
    en = "The absence starts on {first}, after the person's last day, {last_day}; check the days, or the directory."
    vietnamese = "Vắng từ {first} là sau ngày làm việc cuối của người này, {last_day}; kiểm tra lại ngày, hoặc danh bạ."


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

"""Dates, deadlines, and the working days of the office."""

from service.domain.errors.bases import Invalid


class BadDate(Invalid):
    code = "bad-date"
    en = "{given!r} is no date; write dd/MM/yyyy or yyyy-MM-dd."
    vietnamese = "{given!r} không phải là ngày; ghi dd/MM/yyyy hoặc yyyy-MM-dd."


class BadDeadline(BadDate):
    code = "bad-deadline"
    en = "{given!r} is no deadline; write dd/MM/yyyy, yyyy-MM-dd, or 1d to 999d for so many working days."
    vietnamese = "{given!r} không phải là ngày hay số ngày làm việc; ghi dd/MM/yyyy, yyyy-MM-dd hoặc từ 1d đến 999d."


class BadHour(BadDate):
    code = "bad-hour"
    en = "{given!r} is no time of day; write HH:mm, 00:00 to 23:59."
    vietnamese = "{given!r} không phải là giờ trong ngày; ghi giờ:phút, từ 00:00 đến 23:59."


class HourTwice(Invalid):
    code = "hour-twice"
    en = "The day of the deadline comes with an hour already; give the hour once."
    vietnamese = "Ô ngày đã ghi giờ; chỉ ghi giờ ở một ô."


class HourWithoutDay(Invalid):
    code = "hour-without-day"
    en = "The deadline has an hour and no day; give the day too, or drop the hour."
    vietnamese = "Đã ghi giờ hết hạn; ghi cả ngày, hoặc xóa giờ."


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


class DueNeeded(Invalid):
    code = "due-needed"
    en = "The deadline {due} has passed; a replacement that must be confirmed needs a new one."
    vietnamese = "Hạn xác nhận {due} đã qua; bản thay thế phải xác nhận nên cần hạn mới."


class DaysRefused(Invalid):
    code = "days-refused"
    en = "{refused} places in {rows} rows are refused, so no day was taken; mend the file."
    vietnamese = "{refused} chỗ trong {rows} dòng bị từ chối nên chưa nhận ngày nào; sửa tệp rồi nhập lại."

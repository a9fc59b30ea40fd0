"""What the machine itself refuses: settings, places, printing."""

from service.domain.errors.bases import Refused


class PrintingTooLong(Refused):
    code = "printing-too-long"
    en = "The printed sheet was not ready in time, because the machine is busy; try again in a while."
    vietnamese = "Máy đang bận nên chưa dàn xong trang in; đồng chí thử lại sau ít phút."


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

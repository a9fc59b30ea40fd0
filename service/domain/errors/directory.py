"""Units, people, and the files they come from."""

from service.domain.errors.bases import Invalid


class UnreadableImport(Invalid):
    code = "unreadable-import"
    en = "{name} cannot be read: {reason}."
    vietnamese = "Không đọc được tệp {name}: {reason}."


class ImportRefused(Invalid):
    code = "import-refused"
    en = "{refused} of {rows} rows are refused, so none was taken; mend them, or take the good ones with --take-good."
    vietnamese = "{refused}/{rows} dòng bị từ chối nên chưa nhận dòng nào; sửa tệp hoặc chọn nhận các dòng đúng."


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

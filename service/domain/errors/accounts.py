"""Signing in, passwords, PINs, accounts, roles and delegations."""

from service.domain.errors.bases import Conflict, Invalid, NotFound, Refused


class SignInNeeded(Refused):
    code = "sign-in-needed"
    en = "Sign in first, or send a valid bearer token."
    vietnamese = "Cần đăng nhập để xem trang này."


class Throttled(Refused):
    code = "throttled"
    en = "Too many failed attempts; try again in {seconds} seconds."
    vietnamese = "Đã sai quá nhiều lần; thử lại sau {seconds} giây."


class WrongPassword(Refused):
    code = "wrong-password"
    en = "The name or the password is wrong."
    vietnamese = "Tên đăng nhập hoặc mật khẩu không đúng."


class BadLink(Refused):
    code = "bad-link"
    en = "This one-time link or code is used, expired or mistyped; ask the secretariat for a new one."
    vietnamese = "Liên kết hoặc mã dùng một lần này đã dùng, hết hạn hoặc gõ sai; đề nghị văn thư cấp lại."


class LinkOfAnother(NotFound):
    code = "link-of-another"
    en = "This link was sent to somebody else; if the letter is yours, sign out and open it again."
    vietnamese = (
        "Liên kết này gửi riêng cho người khác. Nếu đúng là thư của đồng chí thì đăng xuất tài khoản đang dùng, "
        "rồi mở lại liên kết."
    )


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

"""Confirming, control questions, questions and returns."""

from service.domain.errors.accounts import Throttled
from service.domain.errors.bases import Conflict, Invalid


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


class AlreadyConfirmed(Conflict):
    code = "already-confirmed"
    en = "{name} has confirmed already; the first time is kept."
    vietnamese = "{name} đã xác nhận rồi; hệ thống giữ lần đầu."


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

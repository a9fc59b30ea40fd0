"""The catcher's pages, as text: every value that came with a letter is escaped where it enters the HTML."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html import escape
from urllib.parse import urlencode

from service.embedded.catcher.store import Caught

# Việt Nam knows no summer time; the time zone database would cost memory for one constant.
_VIETNAM = timezone(timedelta(hours=7))
_LINK = re.compile(r"https?://[^\s<>\"'&]+(?:&amp;[^\s<>\"'&]+)*")
_HEAD_TAG = re.compile(r"<head[^>]*>", re.IGNORECASE)


def parse(letter: Caught) -> EmailMessage:
    return message_from_bytes(letter.source, policy=policy.default)


def header(message: EmailMessage, name: str) -> str:
    """Decoded; empty where there is none."""
    return str(message.get(name, "")).strip()


def list_page(letters: list[Caught], part: str, total: int, older: int | None) -> str:
    rows = "".join(_row(letter) for letter in letters)
    nothing = "Không có thư nào gửi tới địa chỉ này." if part else "Chưa có thư nào."
    body = f"""
<h1>Hộp thư thử</h1>
<p class="notice">Chưa nối máy chủ thư: mọi thư được giữ tại máy này, không thư nào đi ra ngoài.</p>
<form action="/" method="get" role="search">
<label>Địa chỉ người nhận <input type="search" name="to" value="{escape(part)}" autocomplete="off"></label>
<button>Tìm</button>
</form>
<p>{_figure(total)} thư đã giữ, mới nhất ở trên.</p>
{f'<ul class="letters">{rows}</ul>' if rows else f'<p class="empty">{nothing}</p>'}
{_pager(part, older)}"""
    return _page("Hộp thư thử", body)


def letter_page(letter: Caught) -> str:
    message = parse(letter)
    subject = header(message, "Subject") or "(không có tiêu đề)"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    frame = (
        f'<h2>Phần HTML</h2><iframe src="/messages/{letter.id}/html" title="Phần HTML của thư"'
        f' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )
    body = f"""
<p><a href="/">Hộp thư thử</a></p>
<h1>{escape(subject)}</h1>
<p>{_time(letter.received_at)} · {_figure(letter.size)} byte ·
<a href="/messages/{letter.id}/raw">Tải thư gốc (.eml)</a></p>
{_attachments(letter, message)}
{f"<h2>Phần văn bản</h2><pre>{_linked(content(text))}</pre>" if text else ""}
{frame if html else ""}
<h2>Phong bì và tiêu đề thư</h2>
<dl>{_fields(letter, message)}</dl>"""
    return _page(subject, body)


def html_part(letter: Caught) -> str | None:
    """The letter's own HTML for the sandboxed frame; its links open in a new tab."""
    part = parse(letter).get_body(("html",))
    if part is None:
        return None
    html, target = content(part), '<base target="_blank">'
    found = _HEAD_TAG.search(html)
    return f"{html[: found.end()]}{target}{html[found.end() :]}" if found else f"{target}{html}"


def content(part: MIMEPart) -> str:
    """Text of a part; what its own charset cannot explain is shown as replacement characters."""
    try:
        return str(part.get_content())
    except LookupError:
        return bytes(part.get_payload(decode=True)).decode(errors="replace")


def attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """File name and bytes, in the letter's order."""
    for number, part in enumerate(message.iter_attachments(), start=1):
        payload = part.get_payload(decode=True)
        yield part.get_filename() or f"phan-{number}", payload if isinstance(payload, bytes) else part.as_bytes()


def as_json(letters: list[Caught], older: int | None) -> str:
    """Newest first; `next` is the value of `before` for the older ones."""
    return json.dumps({"messages": [_summary(letter) for letter in letters], "next": older}, ensure_ascii=False)


def not_found_page() -> str:
    return _page("Không có trang này", '<h1>Không có trang này</h1><p><a href="/">Về hộp thư thử</a></p>')


def _summary(letter: Caught) -> dict[str, object]:
    message = parse(letter)
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "sender": letter.sender,
        "recipients": letter.recipients,
        "size": letter.size,
        "subject": header(message, "Subject"),
        "from": header(message, "From"),
        "to": header(message, "To"),
        "message_id": header(message, "Message-ID"),
        "page": f"/messages/{letter.id}",
        "raw": f"/messages/{letter.id}/raw",
    }


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>{body}</main>
</body>
</html>
"""


def _row(letter: Caught) -> str:
    subject = header(parse(letter), "Subject") or "(không có tiêu đề)"
    recipients = ", ".join(letter.recipients)
    return (
        f'<li><a href="/messages/{letter.id}"><strong>{escape(subject)}</strong>{_time(letter.received_at)}'
        f"<span>Gửi tới {escape(recipients)}</span></a></li>"
    )


def _pager(part: str, older: int | None) -> str:
    if older is None:
        return ""
    query = urlencode({"to": part, "before": older})
    return f'<nav class="pager"><a href="/?{escape(query)}">Thư cũ hơn</a><a href="/">Về đầu</a></nav>'


def _time(moment: datetime) -> str:
    local = moment.astimezone(_VIETNAM)
    return f'<time datetime="{moment.isoformat()}">{local:%d/%m/%Y %H:%M:%S}</time>'


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _attachments(letter: Caught, message: EmailMessage) -> str:
    items = "".join(
        f'<li><a href="/messages/{letter.id}/parts/{number}"><strong>{escape(name)}</strong>'
        f"<span>{_figure(len(payload))} byte</span></a></li>"
        for number, (name, payload) in enumerate(attachments(message))
    )
    return f'<h2>Tệp đính kèm</h2><ul class="letters">{items}</ul>' if items else ""


def _fields(letter: Caught, message: EmailMessage) -> str:
    envelope = [("MAIL FROM", letter.sender or "<>"), *(("RCPT TO", recipient) for recipient in letter.recipients)]
    fields = [*envelope, *((name, str(value)) for name, value in message.items())]
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in fields)


def _linked(text: str) -> str:
    """Escaped, with its web addresses as links."""
    return _LINK.sub(lambda found: f'<a href="{found[0]}" target="_blank" rel="noopener">{found[0]}</a>', escape(text))

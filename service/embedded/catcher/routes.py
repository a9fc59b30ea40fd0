"""The catcher's HTTP side: a few addresses, each with its own content policy."""

import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from service.embedded.catcher import pages
from service.embedded.catcher.store import Caught, Store
from service.embedded.catcher.style import CSS

PAGE_LETTERS = 50
JSON_LETTERS = 200

_OWN_PAGES = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
# A letter styles itself inline and may carry its pictures inside; it runs nothing and fetches nothing.
_LETTERS = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
_HTML = "text/html; charset=utf-8"


class CatcherHTTPServer(ThreadingHTTPServer):
    """Serves the letters of one directory; a thread a request, none of which holds up the end of the process."""

    daemon_threads = True

    def __init__(self, host: str, port: int, directory: Path) -> None:
        self.directory = directory
        super().__init__((host, port), _Request)
        own_port = self.server_address[1]
        self.own_names = {f"{name}:{own_port}" for name in ("127.0.0.1", "localhost")}


class _Request(BaseHTTPRequestHandler):
    server: CatcherHTTPServer
    server_version = "catcher"
    sys_version = ""
    # A browser that opens a connection ahead and never asks must not hold its thread for ever.
    timeout = 30

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        # Another site could point a name of its own at this machine and read the one-time links in these letters.
        if self.headers.get("Host") not in self.server.own_names:
            self._answer(pages.not_found_page(), _HTML, status=HTTPStatus.MISDIRECTED_REQUEST)
            return
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        with Store.opened(self.server.directory) as store:
            for pattern, show in self._routes.items():
                if found := re.fullmatch(pattern, address.path, re.ASCII):
                    show(self, store, query, *(int(number) for number in found.groups()))
                    return
        self._not_found()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Requests for a test page are not worth a log."""

    def _show_list(self, store: Store, query: dict[str, str]) -> None:
        part = query.get("to", "").strip()
        letters, older = _paged(store.search(part, before=_before(query), limit=PAGE_LETTERS + 1), PAGE_LETTERS)
        self._answer(pages.list_page(letters, part, store.count(), older), _HTML)

    def _show_json(self, store: Store, query: dict[str, str]) -> None:
        before, limit = _before(query), JSON_LETTERS + 1
        if "to" in query:
            found = store.sent_to(query["to"], before=before, limit=limit)
        else:
            found = store.search("", before=before, limit=limit)
        self._answer(pages.as_json(*_paged(found, JSON_LETTERS)), "application/json")

    def _show_style(self, _store: Store, _query: dict[str, str]) -> None:
        self._answer(CSS, "text/css; charset=utf-8")

    def _show_letter(self, store: Store, _query: dict[str, str], number: int) -> None:
        letter = store.get(number)
        self._answer_or_miss(pages.letter_page(letter) if letter else None, _HTML)

    def _show_html_part(self, store: Store, _query: dict[str, str], number: int) -> None:
        letter = store.get(number)
        self._answer_or_miss(pages.html_part(letter) if letter else None, _HTML, content_policy=_LETTERS)

    def _send_raw(self, store: Store, _query: dict[str, str], number: int) -> None:
        letter = store.get(number)
        if letter is None:
            self._not_found()
        else:
            self._answer(letter.source, "message/rfc822", file_name=f"thu-{number}.eml")

    def _send_part(self, store: Store, _query: dict[str, str], number: int, place: int) -> None:
        letter = store.get(number)
        parts = list(pages.attachments(pages.parse(letter))) if letter else []
        if place < len(parts):
            name, payload = parts[place]
            self._answer(payload, "application/octet-stream", file_name=name)
        else:
            self._not_found()

    _routes: ClassVar[dict[str, Callable[..., None]]] = {
        r"/": _show_list,
        r"/messages\.json": _show_json,
        r"/style\.css": _show_style,
        r"/messages/(\d{1,15})": _show_letter,
        r"/messages/(\d{1,15})/html": _show_html_part,
        r"/messages/(\d{1,15})/raw": _send_raw,
        r"/messages/(\d{1,15})/parts/(\d{1,5})": _send_part,
    }

    def _answer_or_miss(self, text: str | None, kind: str, content_policy: str = _OWN_PAGES) -> None:
        if text is None:
            self._not_found()
        else:
            self._answer(text, kind, content_policy=content_policy)

    def _not_found(self) -> None:
        self._answer(pages.not_found_page(), _HTML, status=HTTPStatus.NOT_FOUND)

    def _answer(
        self,
        body: str | bytes,
        kind: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        content_policy: str = _OWN_PAGES,
        file_name: str | None = None,
    ) -> None:
        # Half a surrogate pair, out of a broken header, cannot be sent as UTF-8.
        payload = body.encode(errors="replace") if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Content-Security-Policy", content_policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if file_name is not None:
            quoted = quote(file_name, safe="", errors="replace")
            self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quoted}")
        self.end_headers()
        self.wfile.write(payload)


def _before(query: dict[str, str]) -> int | None:
    given = query.get("before", "")
    return int(given) if re.fullmatch(r"\d{1,15}", given, re.ASCII) else None


def _paged(found: list[Caught], limit: int) -> tuple[list[Caught], int | None]:
    """One letter more than the page holds was asked for, to know whether there are older ones."""
    letters = found[:limit]
    return letters, letters[-1].id if len(found) > limit else None

"""A person at a browser, played over HTTP: reads pages, fills in their forms, keeps the session's cookie."""

from collections.abc import Mapping
from html.parser import HTMLParser
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx2

from service.cli.refusals import UnexpectedPage

_FOUND = HTTPStatus.SEE_OTHER


class _HiddenFields(HTMLParser):
    """The hidden fields of the form that posts to `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.found = False
        self._action = action
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action", "") == self._action
            self.found = self.found or self._inside
        elif tag == "input" and self._inside and given.get("type") == "hidden":
            self.fields[given.get("name", "")] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class Browser:
    """One person's browser.

    The session cookie is `Secure`, which a cookie jar keeps from plain http, so it is kept here.

    Every request must answer as expected, or UnexpectedPage is raised.
    """

    def __init__(self, base_url: str) -> None:
        self._client = httpx2.Client(base_url=base_url, timeout=30, headers={"Origin": base_url})
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def open(self, path: str) -> str:
        return self._request("GET", path, HTTPStatus.OK).text

    def offers(self, path: str, action: str) -> bool:
        """Whether the page at `path` has a form that posts to `action`."""
        page = _HiddenFields(action)
        page.feed(self.open(path))
        return page.found

    def submit(self, path: str, action: str, typed: Mapping[str, str]) -> str:
        """Fill in the form of the page at `path` that posts to `action`; returns where it leads."""
        page = _HiddenFields(action)
        page.feed(self.open(path))
        answer = self._request("POST", action, _FOUND, data={**page.fields, **typed})
        return str(answer.headers["location"])

    def upload(self, path: str, action: str, typed: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> str:
        """As `submit`, with files."""
        page = _HiddenFields(action)
        page.feed(self.open(path))
        answer = self._request("POST", action, _FOUND, data={**page.fields, **typed}, files=dict(files))
        return str(answer.headers["location"])

    def _request(self, method: str, path: str, expected: HTTPStatus, **content: object) -> httpx2.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = self._client.request(method, path, headers={"Cookie": cookie}, **content)  # type: ignore[arg-type]  # data and files as httpx takes them
        for name, value in answer.cookies.items():
            self._cookies[name] = value
        if answer.status_code != expected:
            raise UnexpectedPage(method=method, path=path, status=answer.status_code, expected=int(expected))
        return answer

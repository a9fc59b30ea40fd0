"""What a form sent: its texts, and its files where it takes any."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from service.actions.sign_in import Visitor
from service.domain.deadlines import parse_date
from service.domain.documents import NewFile
from service.domain.errors import BadDate, FileTooLarge
from service.domain.roles import Act
from service.web.api.uploads import read_what_fits
from service.web.deps import SiteDep, VisitorDep
from service.web.security import check_form_token, check_same_origin
from service.web.site import Site

FILES = "files"


@dataclass(frozen=True, slots=True)
class Sent:
    """Texts by the names of their fields, in the order in which they were sent.

    Where a file was `too_large`, there are only the texts before it: in our forms, all of them.
    """

    texts_by_name: Mapping[str, tuple[str, ...]]
    files_that_fit: tuple[NewFile, ...] = ()
    too_large: FileTooLarge | None = None

    @property
    def files(self) -> tuple[NewFile, ...]:
        """Raises: FileTooLarge, when one of them is."""
        if self.too_large is not None:
            raise self.too_large
        return self.files_that_fit

    def __contains__(self, name: str) -> bool:
        return name in self.texts_by_name

    def text(self, name: str) -> str:
        """Empty when there is none."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text under one name: what was ticked. Browsers send CR LF for a line end, PostgreSQL keeps no NUL."""
        return tuple(text.replace("\r\n", "\n").replace("\0", "") for text in self.texts_by_name.get(name, ()))


async def sent_fields(request: Request) -> Sent:
    """A form without files; the check of its token has parsed it already."""
    form = await request.form()
    return Sent({name: _texts(form.getlist(name)) for name in form})


SentDep = Annotated[Sent, Depends(sent_fields)]


@dataclass(frozen=True, slots=True)
class Upload:
    """A form of ours that may bring files, and the signed-in person who sent it."""

    visitor: Visitor
    sent: Sent


def read_day(sent: Sent, name: str, errors: dict[str, str]) -> date | None:
    """The day in a field; what is none goes to `errors`, under the field's name."""
    try:
        return parse_date(sent.text(name))
    except BadDate as refused:
        errors[name] = refused.vi
        return None


def upload_for(act: Act) -> Callable[[Request, Site, Visitor], Awaitable[Upload]]:
    """As `posting_visitor`, for forms with files; nothing is read from a person who may not do `act`.

    The dependency raises:
        SignInNeeded: nobody is signed in.
        ForgedRequest: the form comes from elsewhere.
        PasswordChangeNeeded: see `settled`.
        NotFound: the person may not do it.
        FileTooLarge: as soon as a file passes the policy's limit, where it came before the form's token.
    """

    async def uploaded(request: Request, site: SiteDep, visitor: VisitorDep) -> Upload:
        check_same_origin(request)
        visitor.actor.must(act)
        sent = await read_sent(request, site.runtime.policy.max_file_bytes)
        if sent.too_large is not None and "form_token" not in sent:
            raise sent.too_large
        check_form_token(sent.text("form_token"), visitor.form_token)
        return Upload(visitor, sent)

    return uploaded


async def read_sent(request: Request, max_bytes: int) -> Sent:
    """The texts and files of a form, read until one is over `max_bytes`."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await sent_fields(request)
    form = await read_what_fits(request, FILES, max_bytes)
    fields = {name: value if isinstance(value, list) else [value] for name, value in form.fields.items()}
    return Sent({name: _texts(values) for name, values in fields.items()}, form.files, form.too_large)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))

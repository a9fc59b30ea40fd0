"""What is recorded about the actor, as files: one moment of the database."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

from fastapi.responses import Response
from sqlalchemy.orm import Session

from service.domain.roles import Actor
from service.printing.personal_export import Sections, as_json, write_zip
from service.store.database import hold_one_moment
from service.store.personal_records import SECTIONS, Owner, rows
from service.web.downloads import Stream, in_pieces
from service.web.site import Site

_IN_MEMORY = 4 * 1024 * 1024
_BLOCK = 64 * 1024


def owner_of(actor: Actor) -> Owner:
    return Owner(actor.person_id, actor.account_id)


def personal_json(site: Site, actor: Actor, headers: dict[str, str]) -> Response:
    """Read while it is sent; the session is left when the answer ends, however it ends."""
    with ExitStack() as stack:
        session = stack.enter_context(site.runtime.sessions())
        hold_one_moment(session)
        pieces = in_pieces(as_json(_sections(session, actor), site.runtime.clock()))
        return Stream(pieces, close=stack.pop_all().close, headers=headers, media_type="application/json")


def personal_zip(site: Site, actor: Actor, headers: dict[str, str]) -> Response:
    """A zip ends with its index, so it is written whole, and the session left, before its first block is sent."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        with site.runtime.sessions() as session:
            hold_one_moment(session)
            write_zip(file, _sections(session, actor))
        file.seek(0)
        return Stream(_blocks(file), close=stack.pop_all().close, headers=headers, media_type="application/zip")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _sections(session: Session, actor: Actor) -> Sections:
    owner = owner_of(actor)
    return ((section.name, rows(session, section, owner)) for section in SECTIONS)

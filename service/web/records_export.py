"""What is recorded about the actor, as files: read while they are sent."""

import tempfile
from collections.abc import Iterator
from typing import IO

from sqlalchemy.orm import Session

from service.domain.roles import Actor
from service.printing.personal_export import Sections, as_json, write_zip
from service.store.personal_records import SECTIONS, Owner, rows
from service.web.site import Site

_IN_MEMORY = 4 * 1024 * 1024
_BLOCK = 64 * 1024


def owner_of(actor: Actor) -> Owner:
    return Owner(actor.person_id, actor.account_id)


def personal_json(site: Site, actor: Actor) -> Iterator[str]:
    with site.runtime.sessions() as session:
        yield from as_json(_sections(session, actor), site.runtime.clock())


def personal_zip(site: Site, actor: Actor) -> Iterator[bytes]:
    """A zip ends with its index, so it is written whole before its first block is sent."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        with site.runtime.sessions() as session:
            write_zip(file, _sections(session, actor))
        file.seek(0)
        yield from _blocks(file)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _sections(session: Session, actor: Actor) -> Sections:
    owner = owner_of(actor)
    return ((section.name, rows(session, section, owner)) for section in SECTIONS)

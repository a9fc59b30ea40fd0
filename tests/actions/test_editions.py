"""What letters share is read anew each time, save for the files."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, RowMapping, event, select, update

from service.actions.deliver import deliver_due
from service.actions.editions import EditionShelf
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.domain.deliveries import Broken
from service.domain.documents import NewFile
from service.domain.letters import DocumentFacts, Edition
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.tables import deliveries, distributions
from tests.fakes import FakeMailer
from tests.makers import make_person, make_posting, make_unit

FILE = NewFile("ke-hoach.pdf", "application/pdf", b"x" * 1000)
ROOM_FOR_ONE = 1500
ROOM_FOR_TWO = 2500


@pytest.fixture
def reads(runtime: Runtime) -> Iterator[list[str]]:
    """Statements that fetched the contents of files."""
    found: list[str] = []
    engine: Engine = runtime.sessions.kw["bind"]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "files.content" in statement:
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def post(runtime: Runtime) -> Callable[[bytes], int]:
    """Posts a file with this content to everybody, and lists them; returns the distribution."""
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session))

    def made(content: bytes = FILE.content) -> int:
        file = NewFile(FILE.name, FILE.media_type, content)
        distribution_id = post_document(runtime, OPERATOR, make_posting(files=(file,))).distribution_id
        list_recipients(runtime)
        return distribution_id

    return made


def rows(runtime: Runtime, distribution_id: int) -> Sequence[RowMapping]:
    with runtime.sessions() as session:
        query = select(deliveries).where(deliveries.c.distribution_id == distribution_id)
        return session.execute(query).mappings().all()


def edition(shelf: EditionShelf, runtime: Runtime, distribution_id: int) -> Edition:
    [found] = shelf.editions(rows(runtime, distribution_id))
    assert not isinstance(found, Broken)
    return found


def test_thousands_of_runs_read_the_files_of_a_document_once(
    runtime: Runtime, mailer: FakeMailer, post: Callable[[], int], reads: list[str]
) -> None:
    post()
    shelf = EditionShelf(runtime)
    for _ in range(5):
        deliver_due(runtime, shelf)
        with runtime.sessions.begin() as session:
            session.execute(update(deliveries).values(status="waiting"))
    assert len(reads) == 1
    assert [letter.edition.files[0].content for letter in mailer.letters] == [FILE.content] * 5


def test_what_may_change_between_two_runs_is_read_anew_and_makes_another_edition(
    runtime: Runtime, post: Callable[[], int], reads: list[str]
) -> None:
    shelf, distribution_id = EditionShelf(runtime), post()
    first = edition(shelf, runtime, distribution_id)
    assert edition(shelf, runtime, distribution_id).key == first.key
    later = runtime.clock() + timedelta(days=3)
    with runtime.sessions.begin() as session:
        session.execute(update(distributions).values(due_at=later))
    second = edition(shelf, runtime, distribution_id)
    assert isinstance(second.facts, DocumentFacts)
    assert second.facts.due_at == later
    assert second.key != first.key
    assert second.files is first.files
    assert len(reads) == 1


@pytest.mark.parametrize(("room", "expected"), [(ROOM_FOR_ONE, 3), (ROOM_FOR_TWO, 2)])
def test_the_files_that_were_not_sent_for_longest_are_let_go_when_the_room_is_used_up(
    runtime: Runtime, post: Callable[[bytes], int], reads: list[str], room: int, expected: int
) -> None:
    shelf = EditionShelf(runtime, room)
    one, other = post(b"a" * 1000), post(b"b" * 1000)
    for distribution_id in (one, other, one):
        edition(shelf, runtime, distribution_id)
    assert len(reads) == expected


def test_the_files_of_one_document_are_kept_however_large_they_are(
    runtime: Runtime, post: Callable[[], int], reads: list[str]
) -> None:
    shelf, distribution_id = EditionShelf(runtime, 1), post()
    for _ in range(2):
        edition(shelf, runtime, distribution_id)
    assert len(reads) == 1


def test_threads_that_ask_at_once_read_once(runtime: Runtime, post: Callable[[], int], reads: list[str]) -> None:
    shelf, distribution_id = EditionShelf(runtime), post()
    start, found = threading.Barrier(4), []

    def ask() -> None:
        start.wait()
        found.append(edition(shelf, runtime, distribution_id))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 1
    assert len({one.key for one in found}) == 1

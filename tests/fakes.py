"""Stand-ins for what lies outside: the mail server's word, the clock, the doorbell, a slow hash."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.anchors import Anchor
from service.domain.deliveries import Accepted, GivenBack, Outcome, Phase, Reply
from service.domain.letters import Haste, Letter, Sent

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ACCEPTED = Accepted(Reply(250, "2.0.0 Ok: queued", Phase.MESSAGE))


class FakeClock:
    """Starts at the present, because the database's clock is real, and moves when told."""

    def __init__(self) -> None:
        self.now = datetime.now(OFFICE_ZONE)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class FakeDoorbell:
    def __init__(self) -> None:
        self.rings: list[str] = []

    def ring(self, task: str) -> None:
        self.rings.append(task)


def no_haste() -> Haste:
    return Haste.NONE


class FakeMailer:
    """Answers every letter by `answer`, unless it is asked to hurry; remembers what it was given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer: Callable[[Letter], Outcome] = lambda _: ACCEPTED

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]:
        for letter in letters:
            moment = datetime.now(UTC)
            if haste() is Haste.NONE:
                self.letters.append(letter)
                yield [Sent(letter, self.answer(letter), moment, moment)]
            else:
                yield [Sent(letter, GivenBack(), moment, moment)]


class FakeAnchors:
    """Keeps anchors in memory."""

    def __init__(self) -> None:
        self.lines: list[Anchor] = []

    def keep(self, anchor: Anchor) -> None:
        self.lines.append(anchor)

    def last(self) -> Anchor | None:
        return self.lines[-1] if self.lines else None

    def kept(self) -> Sequence[Anchor]:
        return self.lines


class FakePasswords:
    """Argon2 is slow on purpose; what the actions do with it is not about its speed."""

    def hash(self, password: str) -> str:
        return f"hashed:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)

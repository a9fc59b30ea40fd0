"""How many letters are in each status, how many attempts ended how: added up from lines, never counted.

Triggers of the schema write a line, in the transaction of whatever moves letters, for each status whose number changed;
so the lines always say what the rows say. Beat folds them from time to time.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from service.store.tables import tallies

# Adding these up takes a millisecond; folding more often would only leave more dead rows behind.
FOLDED_ABOVE = 1_000


@dataclass(frozen=True, slots=True)
class Tally:
    """`in_doubt` letters of which a second copy is possible; `last_at` when an attempt last ended so, by outcome."""

    letters: dict[str, int]
    in_doubt: int
    attempts: dict[str, int]
    last_at: dict[str, datetime]


def tally(session: Session) -> Tally:
    t = tallies.c
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    last_at = {}
    query = select(t.subject, t.name, func.sum(t.count), func.max(t.latest_at)).group_by(t.subject, t.name)
    for subject, name, count, latest_at in session.execute(query):
        counts[subject][name] = int(count)
        if latest_at is not None:
            last_at[name] = latest_at
    return Tally(counts["letter"], counts["doubt"].get("", 0), counts["attempt"], last_at)


def fold(session: Session) -> None:
    """Put one line in the place of many. What somebody else has written and not committed is not seen, and stays."""
    t = tallies.c
    many = select(t.id).limit(FOLDED_ABOVE + 1).subquery()
    if session.execute(select(func.count()).select_from(many)).scalar_one() <= FOLDED_ABOVE:
        return
    gone = delete(tallies).returning(t.subject, t.name, t.count, t.latest_at).cte("gone")
    g = gone.c
    sums = select(g.subject, g.name, func.sum(g.count), func.max(g.latest_at)).group_by(g.subject, g.name)
    session.execute(insert(tallies).from_select(["subject", "name", "count", "latest_at"], sums))

"""A published document's control questions are as unchangeable as the document."""

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER published_is_immutable BEFORE UPDATE OR DELETE ON control_questions"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published()"
    )

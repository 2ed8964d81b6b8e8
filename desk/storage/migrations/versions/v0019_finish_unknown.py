"""Whether an answer to /finish was lost. Of filings that are being finished now it may have been."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "filings", sa.Column("finish_unknown", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    filings = sa.table("filings", sa.column("state", sa.Text()), sa.column("finish_unknown", sa.Boolean()))
    op.execute(filings.update().where(filings.c.state == "finishing").values(finish_unknown=True))

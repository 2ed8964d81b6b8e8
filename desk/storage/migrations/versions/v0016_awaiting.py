"""Whether a filing waits for a second person's approval."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("filings", sa.Column("awaiting", sa.Boolean(), nullable=False, server_default=sa.false()))

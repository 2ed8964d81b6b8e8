"""Perceptual hashes of media, and blocks of them by which near ones are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "media_hashed",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "kind", name="pk_media_hashed"),
    )
    op.create_table(
        "media_hashes",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("position", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_media_hashes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_media_hashes_sha256", "media_hashes", ["sha256", "kind"])
    op.create_table(
        "hash_blocks",
        sa.Column("block", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("hash_id", _KEY, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["hash_id"], ["media_hashes.id"], name="fk_hash_blocks_hash_id_media_hashes"),
        sa.PrimaryKeyConstraint("block", "hash_id", name="pk_hash_blocks"),
    )
    op.create_index("ix_hash_blocks_hash_id", "hash_blocks", ["hash_id"])

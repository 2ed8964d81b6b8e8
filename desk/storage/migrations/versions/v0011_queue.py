"""The queue for a million cases: bits for what it sorts and filters by, a full-text index, what people did.

The triggers note every case whose bits are out of date, whoever changed it; nothing else need remember to.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(TSVECTOR(), "postgresql")
SEEN = "state, rank, known_match, source, queue, policy, completeness, kept_until, occurred_at"
NINETY_DAYS = 90 * 86_400 * 1_000_000


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _tables()
    for index in ("ix_cases_queue", "ix_cases_found", "ix_cases_snoozed", "ix_cases_claim"):
        op.drop_index(index, "cases")
    op.add_column("cases", sa.Column("kept_until", sa.BigInteger(), nullable=True))
    for name, columns in (
        ("ix_cases_asleep", ["snoozed_until"]),
        ("ix_cases_held", ["claim_until"]),
        ("ix_cases_claim", ["claim_operator", "claim_until"]),
    ):
        _some(name, "cases", columns)
    op.execute(sa.text("UPDATE cases SET kept_until = received_at + :days").bindparams(days=NINETY_DAYS))
    if sqlite:
        _sqlite()
    else:
        _postgresql()
    _words(sqlite)
    _marks()
    op.drop_table("case_search")
    op.execute("DELETE FROM queue_changes")
    op.execute("INSERT INTO queue_changes (case_number) SELECT number FROM cases")
    op.execute("INSERT INTO queue_head (id, version) VALUES (1, 0)")


def _some(name: str, table: str, columns: list[str], *, unique: bool = False, there: str = "") -> None:
    condition = sa.text(there or f"{columns[0]} IS NOT NULL")
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _case(table: str, **more: Any) -> list[Any]:
    return [
        sa.Column("case_number", KEY, nullable=False, **more),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=f"fk_{table}_case_number"),
    ]


def _person(table: str, name: str, *, nullable: bool) -> list[Any]:
    return [
        sa.Column(name, KEY, nullable=nullable),
        sa.ForeignKeyConstraint([name], ["operators.id"], name=f"fk_{table}_{name}"),
    ]


def _tables() -> None:
    op.create_table(
        "case_words",
        *_case("case_words", autoincrement=False),
        sa.Column("words", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("case_number", name="pk_case_words"),
    )
    op.create_table(
        "case_marks",
        *_case("case_marks", autoincrement=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", "mark", name="pk_case_marks"),
    )
    op.create_table(
        "queue_changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_changes"),
    )
    op.create_table(
        "queue_bits",
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "chunk", name="pk_queue_bits"),
    )
    op.create_index("ix_queue_bits_version", "queue_bits", ["version"])
    op.create_table(
        "queue_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_head"),
    )
    op.create_table(
        "queue_acts",
        sa.Column("id", KEY, nullable=False),
        *_case("queue_acts"),
        sa.Column("kind", sa.Text(), nullable=False),
        *_person("queue_acts", "operator_id", nullable=False),
        *_person("queue_acts", "to_operator", nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_acts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_acts_case_number", "queue_acts", ["case_number"])
    _some("ix_queue_acts_skipped", "queue_acts", ["operator_id", "until"], there="until IS NOT NULL")
    op.create_table(
        "queue_opinions",
        sa.Column("id", KEY, nullable=False),
        *_case("queue_opinions"),
        *_person("queue_opinions", "asked_by", nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        *_person("queue_opinions", "given_by", nullable=True),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.Column("second", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_queue_opinions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_opinions_case_number", "queue_opinions", ["case_number"])
    _some(
        "ix_queue_opinions_pending", "queue_opinions", ["case_number"], unique=True, there="given_at IS NULL"
    )
    op.create_table(
        "queue_filters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_person("queue_filters", "owner", nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_filters"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_filters_owner", "queue_filters", ["owner"])


def _sqlite() -> None:
    new = "INSERT INTO queue_changes (case_number) VALUES"
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SEEN.split(", "))
    op.execute(f"CREATE TRIGGER cases_came AFTER INSERT ON cases BEGIN {new} (NEW.number); END")
    op.execute(
        f"CREATE TRIGGER cases_moved AFTER UPDATE OF {SEEN} ON cases WHEN {differs} "
        f"BEGIN {new} (NEW.number); END"
    )
    op.execute(
        f"CREATE TRIGGER case_marks_came AFTER INSERT ON case_marks BEGIN {new} (NEW.case_number); END"
    )
    op.execute(
        f"CREATE TRIGGER case_marks_gone AFTER DELETE ON case_marks BEGIN {new} (OLD.case_number); END"
    )
    op.execute(
        "CREATE VIRTUAL TABLE case_fts USING fts5(words, content='case_words', content_rowid='case_number', "
        "tokenize=\"unicode61 remove_diacritics 0\", prefix='3 4')"
    )
    put = "INSERT INTO case_fts (rowid, words) VALUES (NEW.case_number, NEW.words);"
    take = "INSERT INTO case_fts (case_fts, rowid, words) VALUES ('delete', OLD.case_number, OLD.words);"
    op.execute(f"CREATE TRIGGER case_words_came AFTER INSERT ON case_words BEGIN {put} END")
    op.execute(f"CREATE TRIGGER case_words_gone AFTER DELETE ON case_words BEGIN {take} END")
    op.execute(f"CREATE TRIGGER case_words_moved AFTER UPDATE ON case_words BEGIN {take} {put} END")


def _postgresql() -> None:
    op.create_index("ix_case_words_words", "case_words", ["words"], postgresql_using="gin")
    op.execute(
        "CREATE FUNCTION desk_case_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO queue_changes (case_number) VALUES (NEW.number); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE FUNCTION desk_mark_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO queue_changes (case_number) VALUES (COALESCE(NEW.case_number, OLD.case_number)); "
        "RETURN NULL; END $$"
    )
    old, new = (", ".join(f"{row}.{name}" for name in SEEN.split(", ")) for row in ("OLD", "NEW"))
    moved = "FOR EACH ROW EXECUTE FUNCTION desk_case_moved()"
    op.execute(f"CREATE TRIGGER cases_came AFTER INSERT ON cases {moved}")
    op.execute(
        f"CREATE TRIGGER cases_moved AFTER UPDATE OF {SEEN} ON cases FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION desk_case_moved()"
    )
    op.execute(
        "CREATE TRIGGER case_marks_moved AFTER INSERT OR DELETE ON case_marks "
        "FOR EACH ROW EXECUTE FUNCTION desk_mark_moved()"
    )


_TOKEN = re.compile(
    r"(?<![^\W_])(?:\d+(?:\.\d+)+|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}|[0-9a-f]{16,})(?![^\W_])"
    r"|[^\W\d_]+|\d+"
)


def _tokens(words: str) -> list[str]:
    """As the program folds them at this revision; kept here because programs change."""
    folded = unicodedata.normalize("NFKD", words.casefold()).casefold()
    folded = "".join(sign for sign in folded if unicodedata.category(sign) != "Mn")
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFC", folded)):
        if "." in token or ":" in token:  # an address is one word; x, for full-text indexes split at signs
            found.append(token.replace(".", "x").replace(":", "x"))
        else:
            found.extend(token if max(token) >= "\u0e00" else [token])
    return found


def _words(sqlite: bool) -> None:
    old = sa.table("case_search", sa.column("case_number"), sa.column("text"))
    new = sa.table("case_words", sa.column("case_number"), sa.column("words", WORDS))
    bind = op.get_bind()
    last = -1
    while rows := bind.execute(
        sa.select(old).where(old.c.case_number > last).order_by(old.c.case_number).limit(500)
    ).all():
        last = rows[-1].case_number
        values = []
        for row in rows:
            tokens = _tokens(row.text)
            words = " ".join(tokens) if sqlite else _vector(tokens)
            values.append({"case_number": row.case_number, "words": words})
        bind.execute(sa.insert(new), values)


def _vector(tokens: list[str]) -> str:
    places: dict[str, list[str]] = {}
    for place, token in enumerate(tokens[:16_000], 1):
        places.setdefault(token, []).append(str(place))
    return " ".join(f"'{token}':{','.join(at[:250])}" for token, at in places.items())


def _marks() -> None:
    bind = op.get_bind()
    query = sa.text(
        "SELECT number, document FROM cases JOIN case_revisions ON case_number = number "
        "AND case_revisions.revision = cases.revision WHERE number > :last ORDER BY number LIMIT 200"
    )
    put = sa.text("INSERT INTO case_marks (case_number, mark) VALUES (:number, :mark)")
    last = -1
    while rows := bind.execute(query, {"last": last}).all():
        last = rows[-1].number
        values = []
        for row in rows:
            marks: set[str] = set()
            for content in json.loads(bytes(row.document)).get("content", ()):
                suggested = content.get("suggested") or {}
                marks.update(suggested.get("annotations") or ())
                marks.update([suggested["classification"]] if suggested.get("classification") else ())
            values += [{"number": row.number, "mark": mark} for mark in sorted(marks)]
        if values:
            bind.execute(put, values)

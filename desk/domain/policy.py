"""The platform's policy tree and the incident type each policy proposes.

A policy is known by its full path of slugs, which is what case packages name. A policy that was
moved or renamed keeps its former paths: a case that names one of them means the policy as it is
called now, so that no case falls out of the tree by an edit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from desk.domain.errors import UserError
from desk.domain.incident import IncidentType

Tree = tuple["Policy", ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A node of the tree: its full slug path (``child-safety/csam``), and the ``former`` ones it had."""

    path: str
    title: str
    incident_type: IncidentType | None = None
    former: tuple[str, ...] = ()

    @property
    def parent(self) -> str | None:
        head, _, _ = self.path.rpartition("/")
        return head or None

    @property
    def slug(self) -> str:
        return self.path.rpartition("/")[2]


def covers(chosen: str, path: str) -> bool:
    """Whether choosing ``chosen`` covers ``path``: itself and everything below it, now and later."""
    return path == chosen or path.startswith(chosen + "/")


def resolve(tree: Iterable[Policy], path: str) -> str:
    """The path under which the tree knows ``path`` now; the same where it was never moved."""
    policies = tuple(tree)
    while True:  # what is left of the path grows shorter each time: a former path reaches beyond a known one
        known = max((len(p.path) for p in policies if covers(p.path, path)), default=0)
        moved = max(
            ((former, p.path) for p in policies for former in p.former if covers(former, path)),
            key=lambda pair: len(pair[0]),
            default=None,
        )
        if moved is None or len(moved[0]) <= known:
            return path
        path = moved[1] + path[len(moved[0]) :]


def find(tree: Iterable[Policy], path: str) -> Policy | None:
    """The policy of that path, or of that former path."""
    policies = tuple(tree)
    now = resolve(policies, path)
    return next((policy for policy in policies if policy.path == now), None)


def proposed_type(policies: Iterable[Policy], confirmed: str) -> IncidentType | None:
    """The incident type that the confirmed policy proposes: its own, else its nearest ancestor's.

    A proposal only: a person picks the type.
    """
    tree = tuple(policies)
    now = resolve(tree, confirmed)
    best: Policy | None = None
    for policy in tree:
        if policy.incident_type is None or not covers(policy.path, now):
            continue
        if best is None or len(policy.path) > len(best.path):
            best = policy
    return best.incident_type if best else None


# edits --------------------------------------------------------------------------


def slug_of(title: str) -> str:
    """A path's part made of a title: small letters, figures and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def below(tree: Tree, path: str) -> Tree:
    """The policy and all below it."""
    return tuple(policy for policy in tree if covers(path, policy.path))


def added(tree: Tree, parent: str | None, title: str, slug: str = "") -> tuple[Tree, str]:
    """The tree with a new policy under ``parent`` (None: at the top), and its path.

    Raises UserError where the title is empty or the path is there already.
    """
    name = _title(title)
    path = _join(parent, slug or _free(tree, parent, slug_of(name) or "policy"))
    _check_free(tree, path)
    return (*tree, Policy(path, name)), path


def renamed(tree: Tree, path: str, title: str) -> Tree:
    """Another title; the path that cases name stays. Raises UserError where the title is empty."""
    name = _title(title)
    return tuple(replace(p, title=name) if p.path == path else p for p in tree)


def retyped(tree: Tree, path: str, kind: IncidentType | None) -> Tree:
    """Another proposal; None: the nearest ancestor's."""
    return tuple(replace(p, incident_type=kind) if p.path == path else p for p in tree)


def moved(tree: Tree, path: str, parent: str | None, before: str | None = None) -> tuple[Tree, str]:
    """The policy with all below it under another parent, and its new path.

    ``before`` is the sibling it shall stand before, None for the end. The path it had is kept among its
    former ones. Raises UserError where it would go below itself or take another one's place.
    """
    if parent is not None and covers(path, parent):
        raise UserError("A policy can't be put below itself.", "Choose another place.")
    target = _join(parent, path.rpartition("/")[2])
    if target != path:
        _check_free(tree, target)
    part = tuple(_relocated(policy, path, target) for policy in below(tree, path))
    rest = [policy for policy in tree if not covers(path, policy.path)]
    at = next((n for n, policy in enumerate(rest) if policy.path == before), len(rest))
    return (*rest[:at], *part, *rest[at:]), target


def removed(tree: Tree, path: str) -> Tree:
    """The tree without the policy and all below it."""
    return tuple(policy for policy in tree if not covers(path, policy.path))


def tree_problem(tree: Tree) -> str:
    """What is wrong with the tree, in words; empty where nothing is."""
    paths = [policy.path for policy in tree]
    if len(set(paths)) != len(paths):
        return "A policy stands twice in the tree."
    if any(not part.strip() for path in paths for part in path.split("/")):
        return "A policy's path has an empty part."
    if any(not policy.title.strip() for policy in tree):
        return "A policy has no title."
    return ""


def _relocated(policy: Policy, path: str, target: str) -> Policy:
    now = target + policy.path[len(path) :]
    if policy.path != path or now == path:
        return replace(policy, path=now)
    former = tuple(dict.fromkeys((*(old for old in policy.former if old != now), path)))
    return replace(policy, path=now, former=former)


def _title(title: str) -> str:
    if not title.strip():
        raise UserError("A policy has no title.", "Give it one.")
    return title.strip()


def _join(parent: str | None, slug: str) -> str:
    return f"{parent}/{slug}" if parent else slug


def _free(tree: Tree, parent: str | None, slug: str) -> str:
    known = {policy.path for policy in tree}
    name, n = slug, 2
    while _join(parent, name) in known:
        name, n = f"{slug}-{n}", n + 1
    return name


def _check_free(tree: Tree, path: str) -> None:
    if any(policy.path == path for policy in tree):
        raise UserError("There is a policy with this path already.", "Choose another name or place.")

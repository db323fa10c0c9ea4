"""Changes of shared values, and what a watch has told of them.

``althing.py`` beside this file is what to use; docs/session-protocol.md says
how a hub tells of changes.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple


class Change(NamedTuple):
    """One change of a shared value, as ``Client.watch`` and ``Hub.changes`` tell it."""

    revision: int
    key: str
    value: Any
    deleted: bool


class Watch:
    """One watch, on whatever connection. It belongs to the thread that calls back."""

    def __init__(self, pattern: str, f: Callable[[Change], object]) -> None:
        self.pattern, self.f = pattern, f
        self.parts: dict[str, Part] = {}
        """What was told, by the hub when it is told which: as of all hubs of a tree."""

    def restart(self, forgotten: bool) -> None:
        """Make ready for another connection; the hub may have forgotten us and count anew."""
        for part in self.parts.values():
            part.restart(forgotten)

    def after(self) -> int | dict[str, int]:
        """Behind what the watch goes on."""
        if "" in self.parts:
            return self.parts[""].after
        return {hub: part.after for hub, part in self.parts.items()}

    def anew(self, said: dict[str, Any]) -> None:
        """The hub does not remember what we were to go on behind, and tells of all that there is."""
        self._part(said).fresh = set()

    def tell(self, said: dict[str, Any]) -> None:
        """Tell of what is news: a part may have been told before a break."""
        part = self._part(said)
        if "key" in said:
            change = Change(said["revision"], said["key"], said.get("value"), bool(said.get("deleted")))
            if part.news(change):
                self.f(change)
        if "after" in said:
            for key in part.reached(said["after"]):
                self.f(Change(part.after, key, None, True))
        if not part.after and not part.told and part.fresh is None:
            del self.parts[said.get("hub", "")]  # the hub has nothing, or has left the tree

    def _part(self, said: dict[str, Any]) -> Part:
        return self.parts.setdefault(said.get("hub", ""), Part())


class Part:
    """What a watch has told of one hub. It begins with all that there is."""

    def __init__(self) -> None:
        self.after = 0
        """The revision to go on behind; 0: the beginning."""
        self.told: dict[str, int] = {}
        """The keys that there are, and the revision that was told."""
        self.gone: dict[str, int] = {}
        """Those that were removed after the revision to go on behind."""
        self.fresh: set[str] | None = set()
        """While the hub tells of all that there is: what was told."""

    def restart(self, forgotten: bool) -> None:
        if forgotten:
            self.after = 0
            self.gone.clear()
            self.told = dict.fromkeys(self.told, 0)
        self.fresh = None if self.after else set()

    def news(self, change: Change) -> bool:
        """Take a change in; False: it was told of before."""
        key = change.key
        if self.fresh is not None:
            self.fresh.add(key)
        if change.revision <= max(self.told.get(key, 0), self.gone.get(key, 0)):
            return False
        if not change.deleted:
            self.told[key] = change.revision
        elif key in self.told:
            del self.told[key]
            self.gone[key] = change.revision
        else:
            return False
        return True

    def reached(self, revision: int) -> list[str]:
        """Everything up to a revision was told. Give the keys that are there no more, if that was all that there is."""
        fresh, self.fresh, self.after = self.fresh, None, revision
        self.gone = {key: at for key, at in self.gone.items() if at > revision}
        deleted = [] if fresh is None else [key for key in self.told if key not in fresh]
        for key in deleted:
            del self.told[key]
        return deleted

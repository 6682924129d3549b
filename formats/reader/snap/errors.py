"""How a reader refuses: the object and the reason."""


class Refused(Exception):
    """An object that is damaged, above a limit (README, Limits) or not understood (README, Evolution)."""

    def __init__(self, where, reason):
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def require(condition, where, reason):
    """Refuses the object unless the condition holds."""
    if not condition:
        raise Refused(where, reason)

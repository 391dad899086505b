"""The one error that leaves this package: a sentence for a person, and apart from it what PostgreSQL said."""


class PostgresUnavailable(Exception):  # noqa: N818 -- named for the state the caller meets, not for being an error
    """The embedded PostgreSQL cannot be used now; ``str()`` is one sentence that says what to do.

    ``detail`` holds the last lines that PostgreSQL or the system wrote, for a log or a ``--verbose`` flag. It may name
    files and roles; it never holds a password.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail

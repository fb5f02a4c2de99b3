"""The three ways in which media work fails. They cross the process border, so their arguments are plain."""


class Refused(Exception):
    """The input is at fault. `sentence` is for people, `code` is one of the failure codes."""

    def __init__(self, sentence: str, code: str = "input_rejected") -> None:
        super().__init__(sentence, code)
        self.sentence = sentence
        self.code = code

    def __str__(self) -> str:
        return self.sentence


class Stopped(Exception):
    """Somebody asked to stop; what was written so far is to be thrown away."""


class Corrupt(Exception):
    """The file opens but cannot be read to its end. `at_seconds` is the last good moment."""

    def __init__(self, at_seconds: float) -> None:
        super().__init__(at_seconds)
        self.at_seconds = at_seconds
        self.sentence = (
            f"The file is damaged after {at_seconds:.1f} s. Export it again and upload the new file."
        )

    def __str__(self) -> str:
        return self.sentence

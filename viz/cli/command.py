"""Commands and options whose help pages and errors are sentences of ours, in the language in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from viz.cli import layout
from viz.cli.output import out
from viz.errors import UsageError, VizError, unknown
from viz.words import Sentence, say, sentence

# Parts of a help page in the order they are shown.
PARTS = ("scene", "output", "options", "anywhere")


class Flag(click.Option):
    """An option with a help text in both languages.

    Args:
        names: as click takes them, e.g. `["-o", "--output"]` or `["--keep"]`.
        text: help text.
        meta: placeholder for the value, "" for a switch.
        part: of the help page it is listed in, one of `PARTS`.
        notes: what stands in brackets behind the help text: default, choices, range.
    """

    def __init__(
        self,
        names: Sequence[str],
        text: Sentence,
        *,
        meta: str | Sentence = "",
        part: str = "options",
        notes: Sequence[Sentence] = (),
        **options: Any,
    ) -> None:
        super().__init__(list(names), **options)
        self.text, self.meta, self.part, self.notes = text, meta, part, notes

    def row(self) -> tuple[str, str]:
        """How the help page lists it."""
        names = ", ".join(sorted(self.opts, key=len))
        if self.secondary_opts:
            names = f"{names}/{self.secondary_opts[0]}"
        meta = self.meta.text() if isinstance(self.meta, Sentence) else self.meta
        text = self.text.text()
        if self.notes:
            text += say("cli.notes", notes=say("cli.notes.join").join(note.text() for note in self.notes))
        return (f"{names} {meta}" if meta else names), text


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        out(ctx.get_help())
        ctx.exit()


def help_flag() -> Flag:
    """The option that shows the help page."""
    text = sentence("cli.opt.help")
    options = {"is_flag": True, "is_eager": True, "expose_value": False, "callback": _show_help}
    return Flag(["-h", "--help"], text, part="anywhere", **options)


def everywhere() -> list[Flag]:
    """Options that are read before the line is parsed; listed so that help pages show them."""
    lang = Flag(["--lang"], sentence("cli.opt.lang"), meta="en|zh", part="anywhere", expose_value=False)
    debug = Flag(["--debug"], sentence("cli.opt.debug"), part="anywhere", is_flag=True, expose_value=False)
    return [lang, debug]


class Page:
    """What commands and groups share: a help page in the language in force."""

    # Placeholders behind the command's name, and paragraphs at the end of its page.
    pieces: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    text: Sentence
    params: list[click.Parameter]

    def sections(self, ctx: click.Context) -> list[tuple[str, list[tuple[str, str]]]]:
        """Titles and rows in front of the options."""
        return []

    def get_help(self, ctx: click.Context) -> str:
        """The help page."""
        pieces = " ".join(say(piece) for piece in (*self.pieces, "cli.meta.options"))
        lines = [
            say("cli.usage", line=f"{ctx.command_path} {pieces}"),
            "",
            *layout.paragraph(self.text.text()),
        ]
        parts = self.sections(ctx)
        flags = [p for p in self.params if isinstance(p, Flag)]
        for part in PARTS:
            parts.append((f"cli.part.{part}", [flag.row() for flag in flags if flag.part == part]))
        for title, rows in parts:
            if rows:
                lines += ["", say(title) + say("cli.colon"), *layout.columns(rows)]
        if self.examples:
            lines += ["", say("cli.part.examples") + say("cli.colon")]
            lines += [f"  {line}" for line in self.examples]
        return "\n".join(lines)


class Command(Page, click.Command):
    """A command.

    Args:
        name: as typed.
        text: what it does.
        callback: what runs.
        params: its options and arguments.
        pieces: keys of the placeholders in the usage line.
    """

    allow_extra_args = True  # so that a word too many is our error, not click's

    def __init__(
        self,
        name: str,
        text: Sentence,
        callback: Callable[..., Any],
        params: Sequence[click.Parameter] = (),
        *,
        pieces: tuple[str, ...] = (),
        examples: tuple[str, ...] = (),
    ) -> None:
        every = [*params, *everywhere(), help_flag()]
        super().__init__(name, callback=callback, params=every, add_help_option=False)
        self.text, self.pieces, self.examples = text, pieces, examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _placed(ctx):
            rest = super().parse_args(ctx, args)
        if rest:
            raise UsageError("cli.extra", given=rest[0], command=ctx.command_path)
        return rest


class Group(Page, click.Group):
    """A command with commands below it, which are made when they are asked for.

    Args:
        name: as typed.
        text: what it does.
        params: options of its own.
        pieces: keys of the placeholders in the usage line.
    """

    def __init__(
        self,
        name: str,
        text: Sentence,
        params: Sequence[click.Parameter] = (),
        *,
        pieces: tuple[str, ...] = ("cli.meta.command",),
        examples: tuple[str, ...] = (),
    ) -> None:
        every = [*params, *everywhere(), help_flag()]
        super().__init__(name, callback=self._called, params=every, add_help_option=False, invoke_without_command=True)
        self.text, self.pieces, self.examples = text, pieces, examples

    def _called(self, **given: Any) -> None:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is None:
            self.bare(ctx)

    def bare(self, ctx: click.Context) -> None:
        """What happens without a command: the help page is shown."""
        out(ctx.get_help())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _placed(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str, click.Command, list[str]]:
        """The command of the line's next word; an unknown one raises with the nearest."""
        command = self.get_command(ctx, args[0])
        if command is None:
            raise unknown("command", args[0], self.list_commands(ctx))
        return command.name or args[0], command, args[1:]


@contextmanager
def _placed(ctx: click.Context) -> Iterator[None]:
    """Tell errors of the parser which command they belong to; some of click's do not know."""
    try:
        yield
    except click.UsageError as error:
        error.ctx = error.ctx or ctx
        raise


def translate(error: click.ClickException) -> VizError:
    """What click found wrong with the line, as an error of ours."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx else "viz"
    params = ctx.command.params if ctx else []
    flags = {name: p for p in params if isinstance(p, Flag) for name in (*p.opts, *p.secondary_opts)}
    if isinstance(error, click.NoSuchOption):
        return unknown("option", error.option_name, [name for name in flags if name.startswith("--")], path)
    if isinstance(error, click.BadOptionUsage):
        switch = error.option_name in flags and flags[error.option_name].is_flag
        return UsageError("cli.no.value" if switch else "cli.need.value", option=error.option_name, command=path)
    return UsageError("cli.bad", reason=error.format_message(), command=path)

"""Checks of names: what a row refers to must exist."""

from __future__ import annotations

from xetho.scenario.checks.book import Book, a, check
from xetho.scenario.conditions import FORMS, Condition
from xetho.scenario.problems import unknown
from xetho.scenario.tables import WEIGHT_NAMES, attribute_tables, drawable, parameter_table
from xetho.scenario.targets import Target


def references(book: Book) -> None:
    """ref, refs and sources columns name rows that exist.

    It runs before all others: they compare sides, and follow references that should lead somewhere.
    """
    for name, table in attribute_tables().items():
        for attribute in table.attributes:
            if attribute.base not in ("ref", "refs", "sources"):
                continue
            what = "sources" if attribute.base == "sources" else attribute.argument
            for key, row in list(book.rows(name)):
                cell = row[attribute.name]
                for word in (cell,) if attribute.base == "ref" else cell:
                    if word and not book.knows(what, word):
                        book.fail_cell(name, key, attribute.name, unknown(word, a(what), book.names(what)))
                        if what == "sides":
                            book.set_aside(name, key)
                        elif what != "sources":
                            book.misnamed.add(name)


@check()
def weight_names(book: Book) -> None:
    """weights columns name goods, weapons or the words that mean something there."""
    for (table, column), what in WEIGHT_NAMES.items():
        for key, row in book.rows(table):
            for word in row[column]:
                if isinstance(what, tuple):
                    if word not in what:
                        book.fail_cell(table, key, column, unknown(word, "known here", what))
                elif not book.knows(what, word):
                    book.fail_cell(table, key, column, unknown(word, a(what), book.names(what)))


@check()
def condition_names(book: Book) -> None:
    """Conditions ask about things that exist."""
    for name, table in attribute_tables().items():
        for attribute in table.attributes:
            if attribute.base == "conditions":
                for key, row in book.rows(name):
                    for condition in row[attribute.name]:
                        _condition(book, name, key, attribute.name, condition)


def _condition(book: Book, table: str, key: str, column: str, condition: Condition) -> None:
    form = FORMS[condition.kind]
    pairs = [(form.subject, condition.subject)]
    if form.place:
        pairs.append((form.place, condition.place))
    for what, word in pairs:
        if not book.knows(what, word):
            error = unknown(word, f"{a(what)} (in the condition {condition})", book.names(what))
            book.fail_cell(table, key, column, error)


@check()
def target_names(book: Book) -> None:
    """Assumptions act on numbers that exist."""
    for key, row in book.rows("assumptions"):
        for target in row["target"]:
            _target(book, key, target)


def _target(book: Book, key: str, target: Target) -> None:
    def fail(word: str, what: str, names: set[str]) -> None:
        book.fail_cell("assumptions", key, "target", unknown(word, f"{what} (in the target {target})", names))

    if target.table == "parameters":
        if target.key not in parameter_table().columns:
            fail(target.key, "a parameter", set(parameter_table().columns))
        return
    table = attribute_tables().get(target.table)
    if table is None:
        fail(target.table, "a table", {*attribute_tables(), "parameters"})
        return
    drawn = set(drawable(target.table))
    if target.column not in table.columns:
        fail(target.column, f"a column of {target.table}", drawn)
    elif target.column not in drawn:
        fail(target.column, f"a column of numbers of {target.table} that can be drawn", drawn)
    if target.key == "*":
        if not book.rows(target.table) and book.sure(target.table):
            found = f"the target {target} stands for no row: {target.table} is empty"
            book.fail("assumptions", key, "target", found)
    elif not book.knows(target.table, target.key):
        fail(
            target.key,
            a(target.table) if target.table != "weather" else "a row of weather",
            book.names(target.table),
        )

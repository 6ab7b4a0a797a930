"""Paging through lists."""

from typing import Any, Callable, Iterator, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def reads_on_by(parameter: str, member: str) -> Callable[[Method], Method]:
    """Marks a list method with its cursor: `parameter` accepts the field `member` of the last item."""

    def mark(method: Method) -> Method:
        setattr(method, "cursor", (parameter, member))
        return method

    return mark


def pages(method: Callable[..., Any], *args: Any, limit: int = 200, **query: Any) -> Iterator[Any]:
    """Yields every item of a list: `pages(client.orchestrator.list_tasks, status="Failed")`.

    Each page starts after the last item of the previous one, so that no item is skipped or repeated while others are
    added or removed. `limit` is the page size. `offset` skips items of the first page. Raises `TypeError` if `method` is
    not a list method of the client.
    """
    cursor = getattr(method, "cursor", None)
    if cursor is None:
        raise TypeError("method must be a list method of the client, such as client.orchestrator.list_tasks.")
    parameter, member = cursor
    while True:
        items = method(*args, limit=limit, **query)
        yield from items
        if len(items) < limit:
            return
        query.pop("offset", None)
        query[parameter] = items[-1][member]

"""Lists, page after page."""

from typing import Any, Callable, Iterator, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def reads_on_by(parameter: str, member: str) -> Callable[[Method], Method]:
    """Marks the method of a list: `parameter` takes the `member` of an item, and answers with what follows that item."""

    def mark(method: Method) -> Method:
        setattr(method, "cursor", (parameter, member))
        return method

    return mark


def pages(method: Callable[..., Any], *args: Any, limit: int = 200, **query: Any) -> Iterator[Any]:
    """Every item of a list, page after page: `pages(client.orchestrator.list_tasks, status="Failed")`.

    A page begins after the last item of the one before, so that no item is skipped or repeated while others come and go.
    `offset` skips items of the first page. Raises `TypeError` where `method` is no list method of the client.
    """
    cursor = getattr(method, "cursor", None)
    if cursor is None:
        raise TypeError("pages() takes a list method of the client, such as client.orchestrator.list_tasks.")
    parameter, member = cursor
    while True:
        items = method(*args, limit=limit, **query)
        yield from items
        if len(items) < limit:
            return
        query.pop("offset", None)
        query[parameter] = items[-1][member]

"""All items, in the order of their documents."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gatehouse.domain.checklist import own, sentinel, tengine, tenuo
from gatehouse.domain.checklist.items import Item

ITEMS: Final[tuple[Item, ...]] = (*tengine.ITEMS, *tenuo.ITEMS, *sentinel.ITEMS, *own.ITEMS)
BY_ID: Final[Mapping[str, Item]] = MappingProxyType({item.id: item for item in ITEMS})

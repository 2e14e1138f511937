"""What a handler asks for by name: ``database: Given[Database]``."""

from typing import Annotated, TypeAlias, TypeVar

from litestar.di import Dependency
from litestar.params import SkipValidationMarker

Thing = TypeVar("Thing")

Given: TypeAlias = Annotated[Thing, Dependency(kind="named"), SkipValidationMarker()]
"""Handed in by the application as it is: it is ours, so nothing checks or converts it."""

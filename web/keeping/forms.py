"""What administrators enter of a hold."""

from dataclasses import dataclass
from datetime import date

from rj.rights.models import HoldReason
from web.forms import entry


@dataclass(frozen=True, slots=True)
class HoldForm:
    """A case that is to be kept whole."""

    reference: str = entry("reference", missing="Enter the reference you were given", longest=40)
    reason: HoldReason = entry("reason", missing="Select why it is kept")
    ends_on: date = entry("last day")
    note: str = entry("letter or file", is_required=False, longest=200)

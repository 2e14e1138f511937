"""Court orders: the list, one order with its plan and people, recording and importing."""

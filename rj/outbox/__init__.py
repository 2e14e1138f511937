"""Messages that wait to be sent, how they leave, and what became of them."""

"""The coordinator's venues and rooms."""

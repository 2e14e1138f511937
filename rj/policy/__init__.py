"""The field's words, periods and templates, each dated and with its source."""

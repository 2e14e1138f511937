"""Court report writers' pages."""

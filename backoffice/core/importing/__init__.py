"""Importing CSV files: what an app can import, and how files become records.

An app that can import something declares a :class:`~backoffice.core.importing.resources.Resource`: its columns, how
records compare with what there is, and which service writes them. Reading, cutting, progress, reports and screens are
the same for all: see :mod:`backoffice.core.services.imports`.
"""

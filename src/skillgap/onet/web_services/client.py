"""A client of O*NET Web Services 2.0: the skills ratings of one occupation, as it has them now.

The service's database rows are read (``/database/rows``): its reports on occupations give no level.
One thread at a time may use a client.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from skillgap.onet.supplements.ratings import SOURCE, Fetched, Outcome
from skillgap.onet.web_services.layout import Layout, find_layout, read_rows
from skillgap.onet.web_services.transport import Pace, ResourceNotFound, Transport

logger = logging.getLogger(__name__)

LAYOUT_SECONDS = 3_600.0  # that a layout holds; the service's release changes four times a year


class WebServices:
    """The service at an address, with a key; no response is relied on before it is checked."""

    def __init__(self, url: str, key: str, pace: Pace | None = None) -> None:
        self._transport = Transport(url, key, pace or Pace())
        self._layout: Layout | None = None
        self._layout_found = 0.0

    @property
    def requests(self) -> Counter[str]:
        """The requests that were made, by outcome."""
        return self._transport.requests

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def ratings(self, code: str) -> Fetched:
        """The skills ratings of an occupation (``NN-NNNN.NN``), or that there are none.

        Raises WebServicesError: WebServicesRefused, WebServicesUnavailable, or one that says in
        what the responses differ from the documented ones. Nothing is returned in part.
        """
        if not re.fullmatch(r"\d\d-\d{4}\.\d\d", code, re.ASCII):
            raise ValueError(f"{code!r} is not an O*NET-SOC code")
        layout = self.layout()
        try:
            rows = tuple(self._rows(layout, code))
        except ResourceNotFound:  # no data for it, but also a table that has been renamed
            self._layout = None
            if self.layout() != layout:
                return self.ratings(code)
            rows = ()
        return Fetched(
            onetsoc_code=code,
            outcome=Outcome.RATED if rows else self._why_unrated(code),
            source=self._transport.host,
            source_release=layout.release,
            table_ids=tuple(table.table_id for table in layout.tables),
            fetched_at=self._transport.pace.now(),
            rows=rows,
        )

    def layout(self) -> Layout:
        """Release, skills tables and filter of the service, read at most once an hour."""
        now = self._transport.pace.clock()
        if self._layout is None or now - self._layout_found > LAYOUT_SECONDS:
            self._layout = find_layout(self._transport)
            self._layout_found = self._transport.pace.clock()
            tables = " and ".join(table.table_id for table in self._layout.tables)
            where = f"{SOURCE} at {self._transport.host}"
            logger.info("%s: release %s, skills in %s", where, self._layout.release, tables)
        return self._layout

    def _rows(self, layout: Layout, code: str) -> Iterator[Mapping[str, str]]:
        for table in layout.tables:
            condition = table.condition(layout.filter_name, code)
            for row in read_rows(self._transport, table, condition):
                if row["onetsoc_code"] != code:
                    fault = f"a row of another occupation than {code} was returned"
                    raise self._transport.difference(table.path, fault)
                yield row

    def _why_unrated(self, code: str) -> Outcome:
        try:
            self._transport.get(f"/online/occupations/{code}/")
        except ResourceNotFound:
            return Outcome.UNKNOWN
        return Outcome.NOT_RATED

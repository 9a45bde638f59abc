"""A process that draws one Vega-Lite specification: from its input, as SVG or PNG to its output."""

import json
import sys

import vl_convert

SHARPNESS = 2  # pixels of a PNG for one of the specification


def render(specification: dict[str, object], form: str) -> bytes:
    """The picture. Nothing is fetched: the data is in the specification."""
    if form == "svg":
        return vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(specification, scale=SHARPNESS, allowed_base_urls=[])


if __name__ == "__main__":
    sys.stdout.buffer.write(render(json.load(sys.stdin), sys.argv[1]))

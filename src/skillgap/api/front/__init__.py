"""What a request passes before it reaches a route, and its answer after it.

From the outside in: ``server`` (processes, and how they end), ``connections`` (limits of a socket),
``frame`` (request id, access log, figures, the last catch), ``guard`` (keys and rates), ``head``,
``ready_answers`` and ``time_limit``.
"""

"""The ONE list of metrics that rules and dashboards use before the daemon exports them.

A metric that is exported must not stay here (dashboards.py fails), so the list empties
itself: delete the line, and the panels that need the metric are tested like all others.
"""

METRICS = (
    "budgetwatch_indicator_target_met",
    "budgetwatch_indicator_value",
    "budgetwatch_review_last_timestamp_seconds",
)

"""``kohtaanto drill``: what a structural event asks of the service, week by week."""

"""The week record: first interviews, talks, minutes and staff by week and group, counted where they happen.

A group is a service line, for people of no cohort, or a cohort; `Arrays.weekly` has a row for each count, a column
for each group and week. Only running counts are kept: how many wait, and how many of them too long, follows from
sums of them (`sim.week_record`). A first interview belongs to two weeks: that of its last day in time, in which it is
due, and that in which it is held or no longer needed.
"""

from __future__ import annotations

from enum import IntEnum

from sim.compiled import rule
from sim.dimensions import LINES, Line


class Weekly(IntEnum):
    """Rows of `Arrays.weekly`; DUE ones count in the week of the last day in time, the others in that of the event."""

    SEARCHES = 0  # new job searches on the register
    BOOKED = 1  # people who begin to wait for a first interview
    HELD = 2  # first interviews held
    HELD_LATE = 3  # of these, after the last day in time
    LEFT = 4  # people who have left the queue without one: found work, left the register
    LEFT_LATE = 5  # of these, after the last day in time
    DUE = 6  # first interviews by the week of their last day in time
    DUE_HELD = 7  # of these, held in time
    DUE_LEFT = 8  # of these, no longer needed by then
    TALKS = 9  # other talks held
    TALKS_LATE = 10  # of these, later after falling due than the rules tolerate
    MINUTES_OFFERED = 11  # by line, agents' minutes, whoever is served
    MINUTES_USED = 12
    STAFF_DAYS = 13  # by line, FTE at work summed over working days
    WAIT_DAYS = 14  # calendar days from the beginning of the search to the first interview, of those held
    LATE_DAYS = 15  # of these, days after the last day in time
    CALLED_UP_DAYS = 16  # of STAFF_DAYS, those of the reserve
    NEIGHBOUR_DAYS = 17  # lent by neighbouring areas
    STATE_DAYS = 18  # lent by the state
    REDEPLOYED_DAYS = 19  # in post, and from another line; below 0: at work in another line


@rule
def week_of(w, t):
    """Column of the week of day t: the first is that of day 0, weeks begin on Mondays."""
    return min(w.days[t].week - w.days[0].week, w.weekly.shape[2] - 1)


@rule
def group_of(w, i, line):
    """Column of a person's group: her cohort's, or that of a line, as for cohorts that are not recorded."""
    cohort = w.persons[i].cohort
    if cohort > 0 and len(LINES) + cohort <= w.weekly.shape[1]:
        return len(LINES) + cohort - 1
    return int(line)


@rule
def note(w, row, group, t):
    """Count one in the week of day t."""
    w.weekly[row, group, week_of(w, t)] += 1.0


@rule
def note_search(w, i, t):
    """Count a new job search on the register, for a cohort by where its people live."""
    note(w, Weekly.SEARCHES, group_of(w, i, Line.BROKERAGE), t)
    note_home(w, i, t)


@rule
def note_home(w, i, t):
    """Count somebody of a cohort who begins to look for a job, here or on the register of her own area."""
    cohort = w.persons[i].cohort
    if cohort > 0 and cohort <= w.weekly_homes.shape[0]:
        w.weekly_homes[cohort - 1, w.persons[i].home, week_of(w, t)] += 1.0


@rule
def begin_to_wait(w, i, due, t):
    """Count somebody who begins to wait for a first interview; she is counted once, however often it is booked.

    Parameters
    ----------
    due
        Last day that is in time.
    """
    if w.persons[i].awaits_first > 0:
        return
    group = group_of(w, i, Line.BROKERAGE)
    w.persons[i].awaits_first = group + 1  # she may be marked or routed before it is held
    w.persons[i].first_due = due
    note(w, Weekly.BOOKED, group, t)
    note(w, Weekly.DUE, group, due)


@rule
def end_waiting(w, i, t, held):
    """Count that a first interview is held, or no longer needed."""
    if w.persons[i].awaits_first == 0:
        return
    group, due = int(w.persons[i].awaits_first) - 1, int(w.persons[i].first_due)
    w.persons[i].awaits_first = 0
    late = t > due
    if held:
        note(w, Weekly.HELD, group, t)
        w.weekly[Weekly.WAIT_DAYS, group, week_of(w, t)] += t - w.persons[i].registered_since
        if late:
            note(w, Weekly.HELD_LATE, group, t)
            w.weekly[Weekly.LATE_DAYS, group, week_of(w, t)] += t - due
        else:
            note(w, Weekly.DUE_HELD, group, due)
    else:
        note(w, Weekly.LEFT, group, t)
        if late:
            note(w, Weekly.LEFT_LATE, group, t)
        else:
            note(w, Weekly.DUE_LEFT, group, due)


@rule
def note_talk(w, i, line, late, t):
    """Count a talk other than a first interview."""
    group = group_of(w, i, line)
    note(w, Weekly.TALKS, group, t)
    if late:
        note(w, Weekly.TALKS_LATE, group, t)


@rule
def note_minutes(w, line, offered, used, t):
    """Add what a desk offered and what of it was used on a day."""
    week = week_of(w, t)
    w.weekly[Weekly.MINUTES_OFFERED, line, week] += offered
    w.weekly[Weekly.MINUTES_USED, line, week] += used


@rule
def note_staff(w, t):
    """Add the staff at work on a working day, and where it comes from."""
    week = week_of(w, t)
    for line in range(len(LINES)):
        row = w.lines[line]
        w.weekly[Weekly.STAFF_DAYS, line, week] += row.staffed + row.called_up + row.neighbours + row.state
        w.weekly[Weekly.CALLED_UP_DAYS, line, week] += row.called_up
        w.weekly[Weekly.NEIGHBOUR_DAYS, line, week] += row.neighbours
        w.weekly[Weekly.STATE_DAYS, line, week] += row.state
        w.weekly[Weekly.REDEPLOYED_DAYS, line, week] += row.redeployed

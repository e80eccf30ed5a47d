"""The fixed lists that arrays are indexed by: labour states, education, age bands, industries, lines.

A label's position in its list is its code in every column and parameter table. What differs from
region to region (municipalities, occupations, employers) is not here but in the region's folder.
"""

from __future__ import annotations

from enum import IntEnum

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
WORKING_DAYS_PER_MONTH = 21.0


class State(IntEnum):
    """Labour state of a person (column ``state``)."""

    ABSENT = 0  # a free row: nobody
    EMPLOYED = 1
    FURLOUGHED = 2
    UNEMPLOYED = 3
    TRAINING = 4  # in labour-market training: not unemployed, still a registered jobseeker
    STUDENT = 5
    INACTIVE = 6  # outside the labour force
    DISABILITY = 7  # disability pension
    RETIRED = 8
    OUTSIDE = 9  # lives outside the area and does not work in it
    IN_SERVICE = 10  # in a service other than training: not unemployed, still a registered jobseeker
    SELF_EMPLOYED = 11  # works in the open market without an employer
    CONSCRIPT = 12  # in military or civil service
    SUBSIDISED = 13  # works with a wage subsidy or as an apprentice: not unemployed, a registered jobseeker


class Contract(IntEnum):
    """Contract of a job."""

    NONE = 0
    OPEN_ENDED = 1
    FIXED_TERM = 2


class Line(IntEnum):
    """Rows of `LINES` that rules name."""

    BROKERAGE = 0
    COMPETENCE = 1
    MULTI_SECTOR = 2
    YOUTH = 3
    INTEGRATION = 4
    EMPLOYER_SERVICES = 5
    ADMINISTRATION = 6


class Measure(IntEnum):
    """Rows of `MEASURES`; what each is, is said in `sim.kernels.measures`."""

    NONE = -1
    DEGREE_TRAINING = 0
    MODULAR_TRAINING = 1
    TAILORED_TRAINING = 2
    JOINT_TRAINING = 3
    COACHING = 4
    CAREER_GUIDANCE = 5
    WORK_TRIAL = 6
    WAGE_SUBSIDY_PRIVATE = 7
    WAGE_SUBSIDY_PUBLIC = 8
    START_UP_GRANT = 9
    APPRENTICESHIP = 10
    SELF_MOTIVATED_STUDY = 11
    WORK_ABILITY_COORDINATION = 12
    INTEGRATION_TRAINING = 13
    REHABILITATIVE_WORK = 14
    CHANGE_TRAINING = 15  # of change security: people whom an employer has dismissed


class Need(IntEnum):
    """What stands between a jobseeker and work beside her trade (column ``need``)."""

    NONE = 0
    WORK_CAPACITY = 1
    LIFE_SITUATION = 2  # substance use, debt, housing, coping with daily life


class Benefit(IntEnum):
    """Unemployment benefit that a person has been granted, or had last (column ``benefit``)."""

    NONE = 0  # never claimed
    LABOUR_MARKET_SUBSIDY = 1
    BASIC_ALLOWANCE = 2
    EARNINGS_RELATED = 3


class Origin(IntEnum):
    """How somebody came to be a resident (column ``origin``)."""

    NATIVE = 0  # at the start, or turned 15 here
    DOMESTIC = 1  # moved in from elsewhere in Finland
    LABOUR = 2  # recruited abroad
    FAMILY = 3  # came with, or after, somebody who works
    STUDENT = 4  # came for a degree
    PROTECTION = 5  # temporary protection
    ASYLUM = 6  # quota refugees and those granted asylum


class Credential(IntEnum):
    """Standing of a qualification (column ``credential``)."""

    NATIONAL = 0  # taken here, or as good
    FOREIGN = 1  # taken abroad and not recognised: no entry to licensed jobs
    RECOGNISED = 2  # taken abroad and recognised
    UNDER_REVIEW = 3  # taken abroad; recognition has been applied for


class VacancyState(IntEnum):
    """A job that nobody holds is a row of the vacancy table."""

    FREE = 0  # a free row
    DORMANT = 1  # part of the employer's target, not yet posted
    OPEN = 2


LINES = (
    "brokerage", "competence", "multi_sector", "youth", "integration", "employer_services", "administration",
)  # fmt: skip
N_PERSON_LINES = 5
"""The first lines of `LINES` meet jobseekers and have queues; the others do not."""
MEASURES = (
    "degree_training", "modular_training", "tailored_training", "joint_training", "coaching", "career_guidance",
    "work_trial", "wage_subsidy_private", "wage_subsidy_public", "start_up_grant", "apprenticeship",
    "self_motivated_study", "work_ability_coordination", "integration_training", "rehabilitative_work",
    "change_training",
)  # fmt: skip
ORIGINS = ("native", "domestic", "labour", "family", "student", "protection", "asylum")
PARTNERS = ("wellbeing_area", "kela")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
SEXES = ("men", "women")
EDUCATION = ("basic", "secondary", "tertiary")
LANGUAGES = ("national", "foreign")
LANGUAGE_LEVELS = ("none", "A1", "A2", "B1", "B2")
"""Levels of the language of work (Finnish or Swedish); B2 stands for it and all above, native speakers included."""
AGE_BANDS = (
    "15-19", "20-24", "25-29", "30-34", "35-39", "40-44",
    "45-49", "50-54", "55-59", "60-64", "65-69", "70-74",
)  # fmt: skip
MONTHS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
SECTIONS = (
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K",
    "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "X",
)  # fmt: skip  # TOL 2008; X is unknown
ISCO2 = (
    "01", "02", "03", "11", "12", "13", "14", "21", "22", "23", "24", "25", "26", "31", "32", "33", "34", "35", "41",
    "42", "43", "44", "51", "52", "53", "54", "61", "62", "63", "71", "72", "73", "74", "75", "81", "82", "83", "91",
    "92", "93", "94", "95", "96",
)  # fmt: skip
"""Two digits of ISCO-08, for parameters of trades; a region's own list of occupations holds some of them."""
PAYERS = ("municipality", "state", "wellbeing_area", "employment_fund", "employer")
MAJOR_GROUPS = tuple("0123456789")
"""Major groups of ISCO-08, the first digit of an occupation."""
CLOSURE_PHASES = ("rumour", "negotiations", "notice")
"""Phases of a structural event before people leave."""
NOTICE_LENGTHS = ("up_to_1_month", "up_to_4_months", "over_4_months")
"""Lengths of notice by which leave to look for work is given."""
CAR_GROUPS = ("working_centre", "working_elsewhere", "idle_centre", "idle_elsewhere", "idle_young")
"""Whose use of a car is known: by work, by home (the host municipality is the centre), under 25 and idle."""
STEPS = ("1", "2", "3", "4", "5")
"""Steps of the municipal share of benefits."""
SHARE_KEYS = ("working_age", "unemployed", "foreign_language", "causation")
"""What common costs and the state grant are shared over municipalities by."""

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "line": LINES,
    "measure": MEASURES,
    "partner": PARTNERS,
    "sex": SEXES,
    "education": EDUCATION,
    "language": LANGUAGES,
    "language_level": LANGUAGE_LEVELS,
    "origin": ORIGINS,
    "age_band": AGE_BANDS,
    "month": MONTHS,
    "section": SECTIONS,
    "isco2": ISCO2,
    "payer": PAYERS,
    "step": STEPS,
    "share_key": SHARE_KEYS,
    "major_group": MAJOR_GROUPS,
    "car_group": CAR_GROUPS,
    "closure_phase": CLOSURE_PHASES,
    "notice_length": NOTICE_LENGTHS,
}
"""Dimensions that a parameter may be declared over (``over: line``), with their labels in order."""

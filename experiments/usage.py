"""What ``--help`` says."""

from __future__ import annotations

from experiments.composing.composition import groups, title

_GENERAL = """\
Kohtaanto: what a change does to a regional employment area, with uncertainty.

  kohtaanto compare shock=closure_harjavalta   the baseline against a plant closure, paired replications
  kohtaanto run start=boom_2022                one world
  kohtaanto stress                             every large employer closes in turn: which would hit hardest
  kohtaanto tabletop FILE                      a structural event month by month, with decisions between
  kohtaanto validate board=baseline            the baseline against published figures
  kohtaanto calibrate target=baseline          constants of the area fitted to published figures
  kohtaanto trial trial=caseload_austria       a published trial of services repeated in the model
  kohtaanto bridges                            which changes from surplus to shortage trades pay
  kohtaanto drill                              who comes when a plant closes, and the staff that it takes
  kohtaanto sensitivity                        which assumptions a result and a decision rest on
  kohtaanto discover DIR                       in which futures of a sweep an arm fails
  kohtaanto replications                       as many replications as a difference needs
  kohtaanto sweep                              many points of parameters: a design, resumable, on a cluster too
  kohtaanto optimise                           the best split of a fixed staff when the future is not known
  kohtaanto report DIR                         the page of a results folder, language=fi|sv|en
  kohtaanto query FOLDER "select …"            SQL over results
  kohtaanto export FOLDER                      a table for a spreadsheet, CSV or XLSX
  kohtaanto store                              how large the store of runs is; prune removes runs of other code
  kohtaanto explain [PARAMETER]                where a number comes from
  kohtaanto data check [REGION]                provenance and consistency of a region's data
  kohtaanto data margins [REGION]              published margins against the population that is made
  kohtaanto data import FILE                   a file of the statistics office's service

kohtaanto COMMAND --help tells more; --version says which version this is."""

_KEYS = """\
Keys (KEY=VALUE, in any order):
  seed=42  replications=10  horizon_years=5 (1 to 15)  scale=1 (0.01 to 100)  record=summary|monthly|full
  start=STATE  start_date=YYYY-MM-DD  start_file=CSV  demand_file=CSV  region=NAME or folder
  name=TEXT  outputs=FOLDER (default: outputs/ of the project)  language=fi|sv|en
  engine.processes=N (default: one a core)  parameters.NAME=NUMBER (names: kohtaanto explain)"""

_FLAGS = """\
Flags:
  --cfg               print the resolved configuration and stop
  --retry-failed      run again what failed at an earlier time
  --fresh             simulate anew what is stored already
  --rerun MANIFEST    reproduce the results of a manifest.json and say whether they are equal"""

_COMMANDS = {
    "compare": """\
kohtaanto compare: the baseline against arms; the same people meet the same luck in all of them.

  kohtaanto compare shock=closure_harjavalta
  kohtaanto compare shock=closure_harjavalta policy=[six_fte_brokerage,double_modular_training]
  kohtaanto compare policy=double_modular_training+six_fte_brokerage horizon_years=10 replications=20

Each item of shock=[a,b] and policy=[b,c+d] is an arm; + composes. shock=a policy=[b] gives baseline, a
and a+b. Arms of any form: 'arms={mine: {shocks: [a], policies: [b]}}'. The arms are repeated under the
start states of markets=[tight,slack]; markets=[] leaves them out.""",
    "run": """\
kohtaanto run: one world, some replications.

  kohtaanto run start=slack_2016 horizon_years=10
  kohtaanto run shock=closure_harjavalta policy=six_fte_brokerage

Everything that shock= and policy= name acts in the one world. Several worlds in one go:
python -m experiments.run -m seed=1,2""",
    "validate": """\
kohtaanto validate board=BOARD: the baseline against the bands of a board, failures first.

  kohtaanto validate board=baseline
  kohtaanto validate board=baseline replications=2 scale=0.1

The board says the start state, the dates and the number of replications; keys that are typed take their place.
The table is also written as board.csv, board.json and board.md; write_docs=true writes
docs/validation_BOARD.md as well. A miss is a result: the exit status is 0 whatever the verdicts.
Flags --cfg, --fresh and --retry-failed as with compare; record= is the board's.""",
    "calibrate": """\
kohtaanto calibrate target=TARGET: fits constants of the whole area to the moments of a board.

  kohtaanto calibrate target=baseline
  kohtaanto calibrate target=baseline target.evaluations=60 replications=2
  kohtaanto calibrate target=baseline write=true

The target (conf/target/) says moments and weights, parameters and bounds, the runs of a point and the search.
target.KEY=VALUE takes the place of evaluations, step, pull, loss, tolerance or board; keys of a run are typed as
they are. Each step is told; Ctrl-C keeps the best point, and the same command goes on from the stored runs.
calibration.md and calibration.json say what was found: values, errors, bounds hit, what the moments leave open.
write=true also writes the values with their source into the parameter files of conf/, and nothing else there.""",
    "trial": """\
kohtaanto trial trial=NAME: a published trial repeated in the model, outcome by outcome beside what was published.

  kohtaanto trial trial=caseload_austria
  kohtaanto trial trial=displacement replications=4
  kohtaanto trial trial=all write_docs=true

The trial (conf/trial/) says what it repeats, the start state, arms, staff and contacts that it takes for granted, and
the bands; keys that are typed take their place. The table is also written as trial.csv, trial.json and trial.md;
write_docs=true writes its section of docs/trials.md as well. A miss is a result: the exit status is 0 whatever the
verdicts. Flags --cfg, --fresh and --retry-failed as with compare; arms, markets and record= are the trial's.""",
    "bridges": """\
kohtaanto bridges: which bridges from a trade in surplus to a trade in shortage pay, each tried in the engine.

  kohtaanto bridges start=boom_2022
  kohtaanto bridges region=satakunta bridges.seats=30 bridges.most_pairs=6 replications=20 language=en

Candidates come from the shortage index of a first year, the distance of the trades and the course that it takes
(conf/bridges/). For each, people of the surplus trade are invited to a course, against none: the same people in both.
The table is also written as bridges.json, bridges.parquet and bridges.md, with a figure and the page.
bridges.KEY=VALUE takes the place of a value of the file. Flags --cfg, --fresh and --retry-failed as with compare.""",
    "stress": """\
kohtaanto stress: every large employer of the region closes in turn, beside the same baseline; the worst first.

  kohtaanto stress
  kohtaanto stress replications=10 horizon_years=3 rank=euros stress.least_jobs=100 language=en

Ranked by depth (most extra unemployed), length (months until half of them are gone) or euros with
rank=depth|length|euros. Public employers are left out unless stress.public=true; towns and industries without a named
employer get a made-up one unless stress.synthetic=false (conf/stress/). stress.KEY=VALUE takes the place of a value of
the file. The table is also written as stress.json and stress.csv, with the page and a map.
Flags --cfg, --fresh and --retry-failed as with compare.""",
    "tabletop": """\
kohtaanto tabletop: a structural event month by month, with decisions between; everything is kept in a file.

  kohtaanto tabletop new exercise shock=closure_harjavalta
  kohtaanto tabletop exercise.yaml
  kohtaanto tabletop exercise.yaml next

new writes the file from the keys of a run (start=, region=, replications= …). The file shows where things stand after
the months played, and the 80 % interval of what is expected; next plays a month. Decisions are lines of the file:
  decisions:
    - {month: 1, fte: {brokerage: +4, competence: -4}}
    - {month: 2, courses: [{measure: modular_training, occupation: "83", seats: 20}]}
They act from the day after their month; those of months that have been played can not be changed. What has been seen
  observed: [{until: 2025-06-30, registrations: 83}]
updates the forecast of the others. The same file gives the same numbers. language=, outputs= and engine.processes= may
be typed beside the file.""",
    "drill": """\
kohtaanto drill: who comes when a plant closes, week by week, and the least surge that keeps the promise.

  kohtaanto drill shock=closure_harjavalta
  kohtaanto drill shock=closure_harjavalta readiness=[none,plan] promise.share=0.95 language=en
  kohtaanto drill shock=closure_harjavalta shocks.closure_harjavalta.jobs=200 replications=10 horizon_years=1

The event is simulated without preparation and under each level of readiness (conf/readiness/) beside the baseline,
with the same people. Then more staff in the line of first interviews is tried, from the earliest start: the least FTE,
and the latest start of it, for which promise.share of the first interviews due in the time of the surge are held in
time in promise.confidence of the replications, for the cohort and for everybody else; the statutory duty (1) beside it.
Keys of its own: promise.share=0.9  promise.confidence=0.8  surge.line=brokerage  surge.most_fte=24 (most that is
tried)  surge.lead_weeks=26 (earliest start, before the first interviews fall due).
Written: drill.html to print, checklist.html, drill.json, drill_weeks.csv, weekly.parquet.
Flags --cfg, --fresh and --retry-failed as with compare.""",
    "optimise": """\
kohtaanto optimise: which split of a fixed total is best when the future is not known, with 40/20/40 beside it.

  kohtaanto optimise
  kohtaanto optimise budget=240 seed=5 language=en
  kohtaanto optimise optimise=staff_and_money optimise.candidates=8
  kohtaanto optimise optimise=towns optimise.divide.towns.parts.KU214.most=2
  kohtaanto optimise optimise.divide.staff.parts.youth.least=12 'optimise.objectives=[long_term,municipal_euros]'

Three stages. budget splits are tried in the world that the keys say, the first spread evenly, the others proposed from
what is known; more budget goes on where it stopped, as does the same command after Ctrl-C. Splits of the front and the
named ones (optimise.splits) are then run in futures: start states by uncertain parameters. Last they are run again with
seeds that the search has not seen; the effects told are those. A split that lets statutory contacts slip by more than
optimise.duties is reported and not recommended. How many runs that is at most is told before the first.
Written: report.html, points.csv, front.csv, regret.csv, optimise.json. conf/optimise/ says every key.
optimise.KEY=VALUE takes the place of a value of the file. Flags --cfg and --retry-failed as with compare.""",
    "sweep": """\
kohtaanto sweep: the model at many points of its parameters, every point in every arm and replication.

  kohtaanto sweep design=lhs points=64 'uncertainties=[hiring.suitable_share,search.distance_decay_per_km]'
  kohtaanto sweep design=sobol points=64 lever_points=8 'uncertainties=[hiring.suitable_share=0.5..0.8]' \\
    'levers={services.staff_fte.brokerage: 25..40}' 'outcomes=[unemployed,first_interview_wait_days@12]'
  kohtaanto sweep design=mine.csv levers=[services.staff_fte.brokerage] shock=closure_harjavalta

uncertainties= are parameters of every arm, levers= what a decision maker sets from the first day, in the arm lever
({KEY: {low: 0, high: 6, start: DATE, end: DATE}} at another time; placing.TOWN moves staff there from the host);
[KEY,KEY=LOW..HIGH] or {KEY: [V1,V2]}, the declared range unless given. Both sampled: each lever point under each
uncertainty point. All points and arms have the same seeds. shock= and policy= make arms as in compare.
Keys of its own: design=lhs|sobol|grid|FILE.csv  points=32  lever_points=points  levels=3 (grid)  design_seed=1
  outcomes=[INDICATOR:GROUP_KIND=GROUP@MONTH]  indicators=outcomes|all|none (of indicators.parquet)
Who simulates: engine.launcher=processes|dask|slurm|local_jobs  engine.scheduler=ADDRESS  engine.partition=NAME
  engine.jobs=4  engine.job_runs=50  engine.job_minutes=120  engine.job_memory_gb=2 (docs/clusters.md)
Written: sample.parquet, a row a run; design.csv, indicators.parquet, failed.csv. Interrupted, the same command goes
on; --retry-failed runs failed runs again. record=summary unless given.""",
    "sensitivity": """\
kohtaanto sensitivity: which parameters an outcome rests on, and the effect of an arm: the decision.

  kohtaanto sensitivity 'factors=[all_recalled,all_assumption]' shock=closure_harjavalta scale=0.1 horizon_years=2
  kohtaanto sensitivity method=sobol 'factors=[services.*,search.rate_unemployed_per_month=0.6..1.2]' replications=4
  kohtaanto sensitivity sample=outputs/sweep/closure_harjavalta-1a2b3c4d language=en

Keys of its own: method=morris|sobol|pawn  factors=[…]  outcomes=[unemployed,unemployed:municipality=KU609@12]
points=N (at most; default 10 trajectories, 128 blocks or 256 points)  sample=DIR (of a finished sweep, pawn).
factors are parameters or cells, perhaps with a narrower range, GROUP.*, all_recalled, all_assumption and other kinds of
source; a table moves as a whole. shock= and policy= make arms as in compare. Fewer points than the method needs, and
keys that are not there, are refused; failed runs are named, and their points left out. Written: sensitivity.json,
indices.csv, indices.parquet, sample.parquet, figures/ and the page. Flags --cfg and --retry-failed as with compare.""",
    "discover": """\
kohtaanto discover DIR 'fails=OUTCOME>NUMBER': in which futures of a finished sweep an arm fails, in a sentence.

  kohtaanto discover outputs/sweep/closure_harjavalta-1a2b3c4d 'fails=unemployed@24>6000' arm=closure_harjavalta
  kohtaanto discover outputs/sweep/closure_harjavalta-1a2b3c4d 'fails=unemployed>=0' against=baseline language=en

Signs are > < >= <=. fails=GOAL: where a goal of the sweep's targets is missed, such as fails=shorter_unemployment.
against=baseline judges the difference from the baseline of the same future. Says which share of the failing futures
the region covers and which share of the futures in it fail, here and in futures in which it was
not looked for, or that there is no such region. seed=0  arm=NAME  outputs=FOLDER  language=fi|sv|en""",
    "replications": """\
kohtaanto replications: a comparison with as many replications as its differences need.

  kohtaanto replications shock=closure_harjavalta until=unemployed@12:20
  kohtaanto replications policy=six_fte_brokerage 'until=[unemployed@24:10,cost_total_eur:20%]' first=20 most=400

until=OUTCOME:HALF_WIDTH is the half-width of the 80 % interval of the difference from the baseline, in the outcome's
unit or in per cent of the difference. The variance of the first=10 pairs says how many are needed (Stein's rule: a look
does not cost coverage); at most most=200 are run, stored ones again. Also said: what the common random numbers save.
Other keys and the flags --cfg and --retry-failed as with compare.""",
    "report": """\
kohtaanto report DIR [language=fi|sv|en]: write report.html and figures/ of a results folder.

  kohtaanto report outputs/compare/closure_harjavalta-1a2b3c4d language=en""",
    "query": """\
kohtaanto query FOLDER … ["select …"]: SQL (DuckDB) over results folders, or over the run store outputs/runs.

  kohtaanto query outputs/compare/closure_harjavalta-1a2b3c4d
  kohtaanto query outputs/compare/* "select folder, arm, avg(value) from indicators
      where indicator = 'unemployed' and group_kind = '' and date = '2025-12-31' group by all"

Views, as far as the folders have them: indicators, runs, summary, sample, design, contacts, spells, weekly,
market_indicators; each has the column folder. Without a query they are listed with their columns. A file.sql may stand
in place of the query. rows=N or all (default 40) are printed; out=FILE.csv or FILE.xlsx writes all of them.
Queries read only these folders and write nothing. Examples: docs/queries.md.""",
    "export": """\
kohtaanto export FOLDER [table=summary] [format=csv|xlsx] [out=FILE] [language=fi|sv|en]: a table for a spreadsheet.

  kohtaanto export outputs/compare/closure_harjavalta-1a2b3c4d format=xlsx
  kohtaanto export outputs/compare/closure_harjavalta-1a2b3c4d table=indicators out=figures.csv language=sv

table= is summary, indicators, sample or any other view of kohtaanto query. CSV is as a Finnish spreadsheet opens it:
semicolons, decimal commas, a byte-order mark. Names are in the language, codes beside them; text that a spreadsheet
could take for a formula gets an apostrophe. Without out= the file is written into the folder.""",
    "store": """\
kohtaanto store [prune] [remove=true] [referred=true] [outputs=FOLDER]: how large the store of runs is.

  kohtaanto store
  kohtaanto store prune
  kohtaanto store prune remove=true

prune tells what would be removed, remove=true removes it: runs that other versions of the code made, which nothing
reads again, and files left behind. Runs that a finished results folder refers to stay unless referred=true.""",
    "explain": """\
kohtaanto explain [PARAMETER] [KEY=VALUE ...]: value, unit, range and source of a parameter, and the
policies that change it. Without a name: all parameters, by mechanism.

  kohtaanto explain services.staff_fte""",
    "data": """\
kohtaanto data check [REGION]: provenance and consistency of a region (a name or a folder).
kohtaanto data margins [REGION] [start=STATE] [scale=1] [seed=42] [rows=all] [out=CSV]: published margins
against the people and jobs that a start state is given; what is not met first, every row in a CSV file.
kohtaanto data import FILE [region=REGION] [out=CSV]: bring in a JSON-stat 2 or CSV file saved from the
statistics office's service.

  kohtaanto data check satakunta
  kohtaanto data margins satakunta start=boom_2022
  kohtaanto data import saved.csv""",
}


def usage(command: str | None = None) -> str:
    """Text of ``--help``, in general or of a command."""
    if command is None:
        return "\n\n".join([_GENERAL, _KEYS, _listed()])
    if command in ("run", "compare"):
        return "\n\n".join([_COMMANDS[command], _KEYS, _FLAGS, _listed()])
    if command in ("validate", "calibrate", "trial", "bridges", "drill", "stress", "sensitivity", "sweep", "optimise"):
        return "\n\n".join([_COMMANDS[command], _KEYS])
    return _COMMANDS[command]


def _listed() -> str:
    """Groups with their options; levers are the policies and the shocks."""
    lines = []
    for group, options in groups().items():
        lines.append(f"{group}=")
        lines += [
            f"  {option:<24} {title(group, option)}".rstrip() for option in options if option != "custom"
        ]
    return "\n".join(["Groups and levers (files of conf/GROUP):", *lines])

"""Compile the kernels once, in a process of its own, so that no other process pays for the compiler.

What is compiled depends on the sources (`sim.compiled`) and on which parameters there are; a mark in
the cache folder says that both are as they were.
"""

from __future__ import annotations

import dataclasses
import hashlib
import multiprocessing
import time

import numpy as np

from agents.specification import RunSpecification
from sim.compiled import CACHE_FOLDER, IS_COMPILED
from sim.parameters import ParameterSet

TINY_SCALE = 0.02
DAYS = 40


def warm_up(specification: RunSpecification) -> float:
    """Make sure that all kernels are compiled and cached for a specification's parameters.

    Parameters
    ----------
    specification
        Any run of the experiment.

    Returns
    -------
    float
        Seconds that compilation took; 0 if the cache was warm.
    """
    if not IS_COMPILED:
        return 0.0
    dtype = ParameterSet.from_declarations(specification.parameters).dtype
    mark = CACHE_FOLDER / f"warm-{hashlib.sha256(str(dtype).encode()).hexdigest()[:16]}"
    if mark.exists():
        return 0.0
    begin = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=target, args=(specification,)) for target in (call_every_kernel, call_largest)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if processes[0].exitcode == 0:
        mark.touch()
    return time.perf_counter() - begin


def call_largest(specification: RunSpecification) -> None:
    """Compile the kernels that take longest beside `call_every_kernel`, which comes to them last."""
    from agents.area import build
    from sim.kernels.demography import demography
    from sim.kernels.hiring import hiring
    from sim.kernels.search import search
    from sim.kernels.separation import separations
    from sim.kernels.services import services

    world = build(_tiny(specification))
    for phase in (demography, separations, services, search):  # in the order in which the other process asks for them
        phase(world.handle, 0)
    hiring(world.handle, 0, 0)


def _tiny(specification: RunSpecification) -> RunSpecification:
    """A small world of the same parameters, for some weeks, with everything logged."""
    scale = max(TINY_SCALE * specification.scale, 0.01)
    return dataclasses.replace(
        specification, days=DAYS, scale=scale, changes=(), events=(), cohorts=(), record="full", demand_file=None
    )


def call_every_kernel(specification: RunSpecification) -> None:
    """Run a tiny world through every kernel, those that only events need first."""
    from agents.area import EmploymentAreaModel, build
    from sim.dimensions import State
    from sim.kernels.benefits import settle_all
    from sim.kernels.census import CAUSES, census_causes, census_trial, recount
    from sim.kernels.closure import (
        announce,
        enter_phase,
        exit_staff,
        furlough_staff,
        give_notice,
        mark_cohort,
        reopen,
    )  # fmt: skip
    from sim.kernels.demand import dismiss_excess, shift_targets
    from sim.kernels.immigration import welcome_recruits
    from sim.kernels.invitation import REST, invite, mark_unemployed
    from sim.kernels.on_site import meet_on_site
    from sim.kernels.opening import finish, open_jobs
    from sim.kernels.queue import move_queue
    from sim.kernels.ripples import cancel_jobs, count_out_of_work, ripple
    from sim.kernels.trial import QUARTERS

    tiny = _tiny(specification)
    world = build(tiny)
    day = DAYS - 1
    mark_cohort(world.handle, 0, 1, 1)
    announce(world.handle, 0, 2, day)
    enter_phase(world.handle, 0, 3, 0, day)
    furlough_staff(world.handle, 0, 1, 1, DAYS, day)
    give_notice(world.handle, 0, 1, np.full(5, DAYS), day)
    meet_on_site(world.handle, 0, 0.0, day)
    exit_staff(world.handle, 0, 1, 1, day)
    reopen(world.handle, 0, 1, day)
    level = np.ones(len(world.arrays.sections))
    dismiss_excess(world.handle, shift_targets(world.handle, level, 0.99 * level, 0.9 * level, day), day)
    no_jobs = np.zeros(len(world.arrays.trades), np.int64)
    open_jobs(world.handle, 0, no_jobs, no_jobs, 0, day)
    finish(world.handle, 0, day)
    excess = np.zeros(len(world.arrays.employers), np.int32)
    ripple(world.handle, world.arrays.employer_share, np.uint64(1), 0, 1, True, excess, day)
    cancel_jobs(world.handle, excess)
    count_out_of_work(world.handle, np.zeros(1, np.int8), np.zeros(world.arrays.stocks.shape[1], np.int64))
    settle_all(world.handle, DAYS)
    recount(world.handle)
    move_queue(world.handle, 0, 1)
    census_causes(world.handle, day, np.zeros((len(CAUSES), world.n_places), np.int64))
    world.arrays.offers[0].occupation_from = 0
    invite(world.handle, 0, day)
    mark_unemployed(world.handle, 0, REST, 1, day)
    welcome_recruits(world.handle, 0, 1, 0, day)
    census_trial(world.handle, np.zeros((QUARTERS, len(State)), np.int64))
    EmploymentAreaModel(tiny, build(tiny)).run()

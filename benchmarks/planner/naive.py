"""The model one writes first: an interval for each task with each lead and each room, one sum.

It is spared journeys, weekly minutes, mentoring, caseloads and preferences, which makes it easier
than the real problem; what it leaves out is therefore told in its favour.
"""

import time
from threading import Event, Thread

import numpy as np
from ortools.sat.python.cp_model import CpModel, CpSolver, IntervalVar, IntVar

from rj.scheduling.planner.calendars import Bits, slots_of
from rj.scheduling.planner.problem import Part, Problem
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Opening, Survey


class Naive:
    """One CP-SAT model of everything; ``left_out`` after ``solve``, None without any answer."""

    def __init__(self, problem: Problem) -> None:
        self.survey = Survey(problem)
        self.model = CpModel()
        self.present: list[IntVar] = []
        self.cells = self.survey.grid.slots
        self.with_lead: dict[int, list[IntervalVar]] = {}
        self.in_room: dict[int, list[IntervalVar]] = {}
        self.of_person: dict[str, list[IntervalVar]] = {}
        self.costs: list[tuple[int, IntVar]] = []
        for case in self.survey.cases:
            self._case(case.number)
        for lead, intervals in self.with_lead.items():
            starts = self.survey.lead_starts(self.survey.grid.step)[lead]
            self.model.add_no_overlap([*intervals, *self._closed(starts)])
        for room, intervals in self.in_room.items():
            venue = self.survey.venues[room]
            starts = self.survey.calendars.room(
                venue, self.survey.rooms[room], self.survey.grid.step
            )
            self.model.add_no_overlap([*intervals, *self._closed(starts)])
        for name, intervals in self.of_person.items():
            person = problem.person[name]
            starts = self.survey.calendars.person(person, Part(person.id, 0, self.survey.grid.step))
            self.model.add_no_overlap([*intervals, *self._closed(starts)])
        self.model.minimize(sum(weight * variable for weight, variable in self.costs))

    def _closed(self, starts: Bits) -> list[IntervalVar]:
        """Fixed intervals over the cells in which somebody or a room is not to be had."""
        free = np.zeros(self.survey.grid.length * self.cells, dtype=bool)
        for day in range(self.survey.grid.length):
            for slot in slots_of(starts[day]):
                if slot < self.cells:
                    free[day * self.cells + slot] = True
        edges = np.flatnonzero(np.diff(np.concatenate(([True], free, [True])).astype(int)))
        return [
            self.model.new_fixed_size_interval_var(int(begin), int(end - begin), "")
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
        ]

    def _case(self, number: int) -> None:
        model, survey = self.model, self.survey
        case = survey.cases[number]
        leads = {lead: model.new_bool_var("") for lead in case.leads}
        model.add_at_most_one(leads.values())
        if case.current_lead in leads:
            self.costs.append((-3000, leads[case.current_lead]))
        before: tuple[IntVar, IntVar] | None = None
        for opening in case.openings:
            size = -(-opening.task.minutes // survey.grid.step)
            day = model.new_int_var(0, survey.grid.length - 1, "")
            slot = model.new_int_var(0, self.cells - size, "")
            start = model.new_int_var(0, survey.grid.length * self.cells, "")
            model.add(start == day * self.cells + slot)
            present = model.new_bool_var("")
            self.present.append(present)
            self.costs.append((-1000000, present))
            allowed = np.flatnonzero(opening.days)
            if not len(allowed):
                model.add(present == 0)
                continue
            model.add(day >= int(allowed[0]))
            model.add(day <= int(allowed[-1]))
            late = model.new_int_var(0, survey.grid.length, "")
            if opening.late.any():
                model.add(late >= day - int(np.flatnonzero(opening.late)[0]) + 1).only_enforce_if(
                    present
                )
                self.costs.append((10000, late))
            if before is not None and opening.gap is not None:
                model.add(day - before[0] >= opening.gap.least)
                if opening.gap.most is not None:
                    model.add(day - before[0] <= opening.gap.most).only_enforce_if(present)
                model.add_implication(present, before[1])
            before = (day, present)
            self._staff(case, opening, leads, start, size, present)
            self._room(opening, start, size, present)
            for person in opening.people:
                self.of_person.setdefault(person, []).append(
                    model.new_optional_fixed_size_interval_var(start, size, present, "")
                )

    def _staff(
        self,
        case: CaseSurvey,
        opening: Opening,
        leads: dict[int, IntVar],
        start: IntVar,
        size: int,
        present: IntVar,
    ) -> None:
        """One lead for each task, the case's own, and a second where one is called for."""
        model = self.model
        leading = []
        for lead, chosen in leads.items():
            used = model.new_bool_var("")
            model.add_implication(used, chosen)
            leading.append(used)
            self.with_lead.setdefault(lead, []).append(
                model.new_optional_fixed_size_interval_var(start, size, used, "")
            )
        model.add(sum(leading) == present)
        if opening.is_conference and case.case.second_required:
            seconds = []
            for second in case.seconds:
                used = model.new_bool_var("")
                if second in leads:
                    model.add_implication(used, ~leads[second])
                seconds.append(used)
                self.with_lead.setdefault(second, []).append(
                    model.new_optional_fixed_size_interval_var(start, size, used, "")
                )
            model.add(sum(seconds) == present)

    def _room(self, opening: Opening, start: IntVar, size: int, present: IntVar) -> None:
        """One room with its rest for each task that is no call."""
        survey, rooms = self.survey, []
        if opening.sites and opening.sites[0].room == CONTACT_HAS_NO_ROOM:
            return
        for site in opening.sites:
            used = self.model.new_bool_var("")
            rest = -(-survey.rooms[site.room].turnaround_minutes // survey.grid.step)
            rooms.append(used)
            self.in_room.setdefault(site.room, []).append(
                self.model.new_optional_fixed_size_interval_var(start, size + rest, used, "")
            )
        self.model.add(sum(rooms) == present)

    def solve(self, cpu_seconds: float) -> int | None:
        """Tasks left out after so many CPU seconds, building the model not counted."""
        solver = CpSolver()
        solver.parameters.num_workers = 1
        finished = Event()
        ends = time.process_time() + cpu_seconds

        def stop_in_time() -> None:
            while not finished.wait(0.2):
                if time.process_time() >= ends:
                    solver.stop_search()

        watch = Thread(target=stop_in_time, daemon=True)
        watch.start()
        solver.solve(self.model)
        finished.set()
        watch.join()
        if not solver.response_proto.solution:
            return None
        return sum(not solver.boolean_value(each) for each in self.present)


def naive_left_out(problem: Problem, cpu_seconds: float) -> tuple[int | None, float]:
    """Tasks the naive model leaves out and the CPU seconds it had, building included."""
    began = time.process_time()
    model = Naive(problem)
    return model.solve(cpu_seconds), time.process_time() - began

"""A day of rounds as a vehicle routing problem of OR-Tools: nurses are vehicles, each hand of a visit is a node.

Windows and shifts are hard and visits may be left out at their price. Soft windows, measured once, left a dozen visits
of 78 unserved after three seconds where hard ones left none.
"""

from collections.abc import Sequence
from itertools import pairwise

from ortools.constraint_solver import pywrapcp

from services.roster.domain.rounds.day import Call, Day, Plan, Stop
from services.roster.domain.rounds.decode import earliest

# Costs are whole numbers in OR-Tools: hundredths of a point.
POINT = 100
# What a pinned visit costs that even its own nurse cannot reach; the decoder puts it where it is pinned in any case.
UNREACHED = 100_000
# Slots of a longest day, in minutes: two days and a night.
HORIZON = 4320


class RoutingDay:
    """The model of one day, and the way from its answers to a plan."""

    def __init__(self, day: Day) -> None:
        self.day, self._unit = day, 1 if _is_whole(day) else 10
        self._hands = [(number, hand) for number, call in enumerate(day.calls) for hand in range(len(call.hands))]
        # Nodes: where each nurse begins, where she ends, then the hands.
        self._first = 2 * len(day.nurses)
        places = [*(nurse.from_place for nurse in day.nurses), *(nurse.to_place for nurse in day.nurses)]
        self._places = [*places, *(day.calls[number].place for number, _ in self._hands)]
        count = len(day.nurses)
        self.nodes = pywrapcp.RoutingIndexManager(
            len(self._places), count, list(range(count)), list(range(count, 2 * count))
        )
        self.routing = pywrapcp.RoutingModel(self.nodes)
        self._take_time()
        self._price()
        for number, call in enumerate(day.calls):
            self._bind(number, call)
        for number in range(count):
            self._bind_nurse(number)

    def _minutes(self, node: int) -> int:
        if node < self._first:
            return 0
        number, hand = self._hands[node - self._first]
        return self._whole(self.day.calls[number].hands[hand].minutes)

    def _whole(self, minutes: float) -> int:
        return round(minutes * self._unit)

    def _take_time(self) -> None:
        """The dimension of time: the visit at a node and the way from it to the next."""
        travel = self.day.travel
        taken = [
            [self._minutes(node) + self._whole(travel[place][other]) for other in self._places]
            for node, place in enumerate(self._places)
        ]
        horizon = self._whole(HORIZON)
        self.routing.AddDimension(self.routing.RegisterTransitMatrix(taken), horizon, horizon, False, "time")
        self.time = self.routing.GetDimensionOrDie("time")

    def _price(self) -> None:
        """The price of each way for each nurse: its minutes, and her face where she comes as first hand."""
        pay, travel = self.day.prices.travel * POINT, self.day.travel
        for nurse in range(len(self.day.nurses)):
            faces = [0.0] * self._first
            for number, hand in self._hands:
                call = self.day.calls[number]
                faces.append(call.faces[nurse] * POINT if hand == 0 and call.faces else 0.0)
            costs = [
                [round(travel[place][other] * pay + face) for other, face in zip(self._places, faces, strict=True)]
                for place in self._places
            ]
            self.routing.SetArcCostEvaluatorOfVehicle(self.routing.RegisterTransitMatrix(costs), nurse)

    def _bind(self, number: int, call: Call) -> None:
        """Who may make a visit and when, and that its hands keep step."""
        indexes = [self._index(number, hand) for hand in range(len(call.hands))]
        for hand, index in enumerate(indexes):
            able, (opens, closes) = self._bounds(call, hand)
            # SetAllowedVehiclesForIndex of the 9.15 wheel raises a TypeError; -1 stands for unserved.
            self.routing.VehicleVar(index).SetValues([-1, *able])
            if able and closes >= opens:
                self.time.CumulVar(index).SetRange(opens, closes)
            else:
                self.routing.VehicleVar(index).SetValues([-1])
        if len(indexes) == 1 or call.pinned is not None or not self._may_be_served(call):
            price = UNREACHED if call.pinned is not None else call.drop
            for index in indexes:
                self.routing.AddDisjunction([index], round(price * POINT))
        else:
            self._keep_step(call, indexes)

    def _may_be_served(self, call: Call) -> bool:
        bounds = [self._bounds(call, hand) for hand in range(len(call.hands))]
        everybody = {nurse for able, _ in bounds for nurse in able}
        return len(everybody) >= len(bounds) and all(able and closes >= opens for able, (opens, closes) in bounds)

    def _keep_step(self, call: Call, indexes: Sequence[int]) -> None:
        """Visits with several hands are served: their nurses differ, and their starts are apart as they must be."""
        solver = self.routing.solver()
        least, most = (self._whole(minutes) for minutes in call.apart)
        for one, other in pairwise(indexes):
            first, second = self.time.CumulVar(one), self.time.CumulVar(other)
            if least == most == 0:
                solver.Add(first == second)
            else:
                solver.Add(second - first >= least)
                solver.Add(second - first <= most)
        for place, one in enumerate(indexes):
            for other in indexes[:place]:
                solver.Add(self.routing.VehicleVar(one) != self.routing.VehicleVar(other))

    def _bounds(self, call: Call, hand: int) -> tuple[Sequence[int], tuple[int, int]]:
        """The nurses who may be this hand, and the first and last minute of its start."""
        if call.pinned is not None:
            start = self._whole(call.pinned[1] + hand * call.apart[0])
            return call.pinned[0][hand : hand + 1], (start, start)
        opens, closes = earliest(call, keeps_told=self.day.prices.moved > 0), call.window[1]
        return call.hands[hand].able, (self._whole(opens if opens <= closes else call.window[0]), self._whole(closes))

    def _bind_nurse(self, number: int) -> None:
        """A nurse's shift, with her break as an interval within the hours allowed for it."""
        nurse, routing = self.day.nurses[number], self.routing
        starts, ends = self._whole(nurse.start), self._whole(nurse.end)
        self.time.CumulVar(routing.Start(number)).SetRange(starts, max(starts, ends))
        self.time.CumulVar(routing.End(number)).SetMax(max(starts, ends))
        rest = nurse.rest
        # A gap counts from the end of the visit before, so that a break soon after `gap_from` may be in none.
        if rest is None or rest.gap_from + rest.minutes > rest.gap_until - rest.minutes:
            return
        first, last = self._whole(rest.gap_from + rest.minutes), self._whole(rest.gap_until - rest.minutes)
        interval = routing.solver().FixedDurationIntervalVar(first, last, self._whole(rest.minutes), False, nurse.id)
        visits = [self._minutes(self.nodes.IndexToNode(index)) for index in range(routing.Size())]
        self.time.SetBreakIntervalsOfVehicle([interval], number, visits)

    def _index(self, number: int, hand: int) -> int:
        return int(self.nodes.NodeToIndex(self._first + self._hands.index((number, hand))))

    def routes(self, plan: Plan) -> list[list[int]]:
        """The rounds of a plan as nodes, to begin the search with."""
        rounds: list[list[int]] = [[] for _ in self.day.nurses]
        for stop in sorted(plan.stops, key=lambda stop: stop.start):
            rounds[stop.nurse].append(self._index(stop.call, stop.hand))
        return rounds

    def plan(self) -> Plan:
        """The plan of the solution at which the search stands."""
        stops = []
        for nurse in range(len(self.day.nurses)):
            index = self.routing.NextVar(self.routing.Start(nurse)).Value()
            while not self.routing.IsEnd(index):
                number, hand = self._hands[self.nodes.IndexToNode(index) - self._first]
                stops.append(Stop(number, hand, nurse, self.time.CumulVar(index).Min() / self._unit))
                index = self.routing.NextVar(index).Value()
        served = {stop.call for stop in stops}
        return Plan(tuple(stops), tuple(number for number in range(len(self.day.calls)) if number not in served))


def _is_whole(day: Day) -> bool:
    """Whether all times of the day are whole minutes."""
    times = [minutes for row in day.travel for minutes in row]
    times += [minutes for call in day.calls for minutes in (*call.window, *(hand.minutes for hand in call.hands))]
    return all(float(minutes).is_integer() for minutes in times)

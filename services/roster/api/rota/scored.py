"""A score as it is shown."""

from datetime import timedelta
from typing import Any

from services.roster.domain.rota.fairness import Share
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.scored import Score


def scored(problem: Problem, score: Score, shares: tuple[Share, ...]) -> dict[str, Any]:
    """With people by their ids and days by their dates."""
    who = [member.employee_id for member in problem.members]

    def days(numbers: tuple[int, ...]) -> list[Any]:
        return [problem.from_on + timedelta(days=number) for number in numbers]

    rules = [
        {
            "code": rule.code,
            "price": rule.weight,
            "points": rule.points,
            "matches": [
                {
                    "employee_ids": [who[one] for one in match.members],
                    "days": days(match.days),
                    "points": match.points,
                    "words": match.words,
                }
                for match in rule.matches
            ],
        }
        for rule in score.rules
    ]
    breaches = [
        {
            "law": breach.law,
            "employee_id": None if breach.member is None else who[breach.member],
            "days": days(breach.days),
            "missing_minutes": breach.missing_minutes,
            "rest_owed_minutes": breach.rest_owed_minutes,
            "words": breach.words,
        }
        for breach in score.breaches
    ]
    told = [{**vars(share), "employee_id": who[share.member]} for share in shares]
    return {"points": score.points, "rules": rules, "breaches": breaches, "shares": told}

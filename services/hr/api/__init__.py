"""hr over HTTP: each route parses, calls one use case and renders."""

from services.hr.api import competencies, contracts, dbs_checks, employees, hours, opt_outs, staff_file, teams

ROUTERS = (
    employees.router,
    teams.router,
    contracts.router,
    dbs_checks.router,
    hours.router,
    competencies.router,
    opt_outs.router,
    staff_file.router,
)

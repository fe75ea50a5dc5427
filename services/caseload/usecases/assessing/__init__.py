"""What can be done to assess a client: the team's own forms, an assessment in parts, and what was answered."""

from services.caseload.usecases.assessing.answers import (
    amend_form_answer,
    answer_form,
    list_form_answers,
    read_form_answer,
)
from services.caseload.usecases.assessing.copies import (
    list_plan_copy_shares,
    print_care_plan,
    read_plan_copy_share,
    share_plan_copy,
    withdraw_plan_copy_share,
)
from services.caseload.usecases.assessing.drafts import (
    Drafted,
    begin_assessment,
    complete_draft,
    discard_draft,
    list_drafts,
    read_draft,
    read_part,
    write_part,
)
from services.caseload.usecases.assessing.independence import (
    give_up_goal,
    goal_figures,
    independence_of,
    list_goals,
    meet_goal,
    plan_step_down,
    read_goal,
    read_step_down,
    set_goal,
)
from services.caseload.usecases.assessing.loneliness import (
    list_loneliness_scores,
    score_loneliness,
    social_contact_figures,
)
from services.caseload.usecases.assessing.report import social_care_figures
from services.caseload.usecases.assessing.templates import (
    asked_on,
    change_template,
    list_templates,
    make_template,
    read_template,
    retire_template,
)

__all__ = [
    "Drafted",
    "amend_form_answer",
    "answer_form",
    "asked_on",
    "begin_assessment",
    "change_template",
    "complete_draft",
    "discard_draft",
    "give_up_goal",
    "goal_figures",
    "independence_of",
    "list_drafts",
    "list_form_answers",
    "list_goals",
    "list_loneliness_scores",
    "list_plan_copy_shares",
    "list_templates",
    "make_template",
    "meet_goal",
    "plan_step_down",
    "print_care_plan",
    "read_draft",
    "read_form_answer",
    "read_goal",
    "read_part",
    "read_plan_copy_share",
    "read_step_down",
    "read_template",
    "retire_template",
    "score_loneliness",
    "set_goal",
    "share_plan_copy",
    "social_care_figures",
    "social_contact_figures",
    "withdraw_plan_copy_share",
    "write_part",
]

"""hr: who works here, in which team, on what terms, with which clearance, and how their hours add up."""

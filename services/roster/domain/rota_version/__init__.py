"""A rota that a team agrees by consent: its versions, their duties, what each member says to one, and the decision."""

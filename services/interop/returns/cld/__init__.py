"""Adult Social Care Client Level Data, release 2: the rows that a team's facts give to a council's own file.

Fields and codes are reconstructed from what DHSC and NHS England publish; a council compares them with DHSC's workbook.
"""

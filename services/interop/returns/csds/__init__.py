"""Community Services Data Set v1.6 (DAPB1069 Amd 82/2021): its tables as far as a neighbourhood team's facts fill them.

Names, formats and codes are those of the technical output specification and of the NHS Data Dictionary.
"""

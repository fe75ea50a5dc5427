"""The 48 fields of a CLD row in DHSC's order: which of them the team fills, and which are the council's own to fill."""

# Who somebody is, and what the council alone knows or decides: no client agreed that the team tells it, and the council
# holds it already under the id by which it knows the person.
COUNCILS_OWN = (
    "NHS_Number",
    "GP_Practice_Name",
    "GP_Practice_Code",
    "Gender",
    "Ethnicity",
    "Date_of_Birth",
    "Date_of_Death",
    "Primary_Support_Reason",
    "Postcode",
    "Accommodation_Status",
    "Employment_Status",
    "Has_Unpaid_Carer",
    "Autism_Spectrum_Disorder_ASD",
    "Visual_Impairment",
    "Hearing_Impairment",
    "Dementia",
    "Client_Funding_Status",
    "Unit_Cost",
    "Cost_Frequency_Unit_Type",
    "Planned_units_per_week",
)
FIELDS = (
    "LA_Code",
    "Reporting_Period_Start_Date",
    "Reporting_Period_End_Date",
    "NHS_Number",
    "LA_Person_Unique_Identifier",
    *COUNCILS_OWN[1:7],
    "Client_Type",
    *COUNCILS_OWN[7:17],
    "Event_Type",
    "Event_Reference",
    "Event_Start_Date",
    "Event_End_Date",
    "Event_Description",
    "Event_Outcome",
    "Request_Route_of_Access",
    "Assessment_Type",
    "Eligible_Needs_Identified",
    "Method_of_Assessment",
    "Total_Hrs_Caring_per_week",
    "No_of_adults_being_cared_for",
    "Adult_1_Linked_Person_ID",
    "Adult_2_Linked_Person_ID",
    "Adult_3_Linked_Person_ID",
    "Service_Type",
    "Service_Component",
    "Delivery_Mechanism",
    "Provider_CQC_Location_Name",
    "Provider_CQC_Location_ID",
    "Review_Reason",
    "Review_Outcomes_Achieved",
    "Method_of_Review",
    *COUNCILS_OWN[17:],
)
SERVICE, REVIEW, SERVICE_USER = "Service", "Review", "Service user"
ST_MAX, COMMUNITY = "Short term support: ST-Max", "Long term support: Community"
REABLEMENT, HOME_SUPPORT = "Reablement", "Home support or domiciliary care"
OF_SHORT_TERM = "Review of short term support"
CONTINUES, DECEASED = "Continuation of support or services", "NFA: Deceased"
AS_PLANNED, FOR_OTHER_REASON = "NFA: Support ended as planned", "NFA: Support ended for other reason"
# Every code that a field may say, as far as the team fills it.
CODES = {
    "Client_Type": frozenset({SERVICE_USER}),
    "Event_Type": frozenset({SERVICE, REVIEW}),
    "Event_Outcome": frozenset({CONTINUES, DECEASED, AS_PLANNED, FOR_OTHER_REASON}),
    "Service_Type": frozenset({ST_MAX, COMMUNITY}),
    "Service_Component": frozenset({REABLEMENT, HOME_SUPPORT}),
    "Delivery_Mechanism": frozenset({"Direct payment", "CASSR managed personal budget", "CASSR commissioned support"}),
    "Review_Reason": frozenset({OF_SHORT_TERM}),
}
# Values of release 1, which DHSC names as such instead of calling them invalid.
RELEASE_1 = {
    "Review_Reason": frozenset(
        {
            "Planned",
            "Unplanned - Hospital (Planned and unplanned episodes)",
            "Unplanned - Carer related",
            "Unplanned - Safeguarding concern",
            "Unplanned - Other Reason",
            "Unplanned - Provider Failure",
            "Unplanned - Change in Commissioning arrangements",
        }
    )
}
ALWAYS: tuple[str, ...] = (
    "LA_Code",
    "Reporting_Period_Start_Date",
    "Reporting_Period_End_Date",
    "LA_Person_Unique_Identifier",
)
ALWAYS += ("Client_Type", "Event_Type", "Event_Start_Date")
# What is mandatory of which event; a service alone may be open, and then has no end and no outcome.
MANDATORY = {
    SERVICE: (*ALWAYS, "Service_Type", "Service_Component"),
    REVIEW: (*ALWAYS, "Event_End_Date", "Event_Outcome", "Review_Reason"),
}
DATES = ("Reporting_Period_Start_Date", "Reporting_Period_End_Date", "Event_Start_Date", "Event_End_Date")
# What makes a service the same one in the next file: never its end, and never Event_Reference.
KEY: tuple[str, ...] = ("LA_Person_Unique_Identifier", "Event_Start_Date", "Client_Type", "Event_Type", "Service_Type")
KEY += ("Service_Component",)

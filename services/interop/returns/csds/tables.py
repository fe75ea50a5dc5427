"""The tables of CSDS v1.6 that are filled, column by column in the order of the intermediate database.

Whether a field is mandatory, and how long it may be, is said in the NHS Data Dictionary for v1.5; the two fields that
v1.6 renamed (ConsMechanism, AttendanceStatus) are taken as required where known, as their predecessors were.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """A column. Without it the row is refused where `is_mandatory`; `codes` are all that it may say."""

    name: str
    most: int
    is_mandatory: bool = False
    is_date: bool = False
    least: int = 1
    codes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Table:
    """A table with the column that is its key, and the tables and columns that its rows hang on."""

    name: str
    key: str | None
    fields: tuple[Field, ...]
    parents: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> list[str]:
        return [one.name for one in self.fields]


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def _numbered(first: int, last: int, *but: int) -> frozenset[str]:
    return frozenset(f"{number:02d}" for number in range(first, last + 1) if number not in but)


def _id(name: str, *, is_mandatory: bool = True) -> Field:
    return Field(name, 20, is_mandatory=is_mandatory)


def _organisation(name: str, most: int = 5, *, is_mandatory: bool = False) -> Field:
    return Field(name, most, is_mandatory=is_mandatory, least=3)


def _day(name: str, *, is_mandatory: bool = False) -> Field:
    return Field(name, 10, is_mandatory=is_mandatory, is_date=True)


def _time(name: str) -> Field:
    return Field(name, 8)


def _coded(name: str, codes: frozenset[str], *, is_mandatory: bool = False) -> Field:
    return Field(name, max(map(len, codes)), is_mandatory=is_mandatory, codes=codes)


LOCAL_PATIENT, SERVICE_REQUEST = "LocalPatientID", "ServiceRequestID"
CARE_CONTACT, CARE_ACTIVITY, PLAN, PROFESSIONAL = (
    "CareContactID",
    "CareActivityID",
    "PlanID",
    "CareProfessionalID_Local",
)
OF_PATIENT = (("CYP001MPI", LOCAL_PATIENT),)
OF_REFERRAL = (("CYP101Referral", SERVICE_REQUEST),)
REASONS = frozenset({*(f"{number:03d}" for number in range(1, 89)), "999"})
LOCATIONS = _codes(
    "A01", "A02", "A03", "A04", "B01", "C01", "E01", "E02", "F01", "G01", "G02", "G04", "H01", "N01", "N03"
)

HEADER = Table(
    "CYP000Header",
    None,
    (
        Field("Version", 5, is_mandatory=True),
        _organisation("OrgID_Provider", 6, is_mandatory=True),
        _organisation("OrgID_Submitter", 6, is_mandatory=True),
        _day("RP_StartDate", is_mandatory=True),
        _day("RP_EndDate", is_mandatory=True),
        Field("FileCreation_DateTime", 19, is_mandatory=True),
        Field("PrimarySystem", 20, is_mandatory=True),
    ),
)
TABLES = (
    Table(
        "CYP001MPI",
        LOCAL_PATIENT,
        (
            _id(LOCAL_PATIENT),
            _organisation("OrgID_LocalPatientID", is_mandatory=True),
            Field("NHSNumber", 10, least=10),
            _coded("NHSNumber_Status", _numbered(1, 8)),
            _day("DateOfBirth"),
            Field("Postcode", 8),
            _coded("Gender", _codes("X", "1", "2", "9")),
        ),
    ),
    Table("CYP002GP", None, (_id(LOCAL_PATIENT), Field("OrgID_GP", 6, is_mandatory=True, least=6)), OF_PATIENT),
    Table(
        "CYP004CarePlanType",
        PLAN,
        (
            _id(PLAN),
            _id(LOCAL_PATIENT),
            _coded("Plan_Type", _numbered(1, 3), is_mandatory=True),
            _day("Plan_CreatedDate", is_mandatory=True),
        ),
        OF_PATIENT,
    ),
    Table(
        "CYP005CarePlanAgreement",
        None,
        (_id(PLAN), _coded("Plan_AgreedBy", _numbered(10, 15), is_mandatory=True), _day("Plan_AgreedDate")),
        (("CYP004CarePlanType", PLAN),),
    ),
    Table(
        "CYP101Referral",
        SERVICE_REQUEST,
        (
            _id(SERVICE_REQUEST),
            _id(LOCAL_PATIENT),
            _organisation("OrgID_Commissioner", is_mandatory=True),
            _day("ReferralRequest_ReceivedDate", is_mandatory=True),
            _time("ReferralRequest_ReceivedTime"),
            _coded("SourceOfReferral", _numbered(1, 23) | {"99"}),
            _organisation("OrgID_Referring", 6),
            _coded("Priority_Type", _codes("1", "2", "3")),
            _coded("PrimaryReferralReason", REASONS),
            _day("Discharge_Date"),
        ),
        OF_PATIENT,
    ),
    Table(
        "CYP102ServiceTypeReferredTo",
        None,
        (
            _id(SERVICE_REQUEST),
            _id("TeamID_Local", is_mandatory=False),
            # 08, 18, 22 and 28 are retired or have others in their place since v1.6.
            _coded("TeamType", _numbered(1, 58, 8, 18, 22, 28), is_mandatory=True),
            _day("Referral_ClosureDate"),
            _day("Referral_RejectionDate"),
            _coded("Referral_ClosureReason", _numbered(1, 9)),
            _coded("Referral_RejectionReason", _numbered(1, 3)),
        ),
        OF_REFERRAL,
    ),
    Table(
        "CYP104RTT",
        None,
        (
            _id(SERVICE_REQUEST),
            _coded("WaitingTime_MeasurementType", _numbered(1, 9)),
            _day("RTT_StartDate"),
            _time("RTT_StartTime"),
            _day("RTT_EndDate"),
            _time("RTT_EndTime"),
        ),
        OF_REFERRAL,
    ),
    Table(
        "CYP201CareContact",
        CARE_CONTACT,
        (
            _id(CARE_CONTACT),
            _id(SERVICE_REQUEST),
            _id("TeamID_Local", is_mandatory=False),
            _day("Contact_Date", is_mandatory=True),
            _time("Contact_Time"),
            _organisation("OrgID_Commissioner"),
            _coded("AdminCategory", _codes("01", "02", "03", "04", "98", "99")),
            Field("CareContact_Duration", 4),
            _coded("CareContact_Subject", _codes("01", "02")),
            _coded("ConsMechanism", _codes("01", "02", "04", "05", "09", "10", "11", "12", "13", "98")),
            _coded("Activity_LocationType", LOCATIONS),
            _coded("GroupTherapyIndicator", _codes("Y", "N", "Z")),
            # 0, an appointment in the future, is none of v1.6.
            _coded("AttendanceStatus", _codes("5", "6", "7", "2", "3", "4")),
        ),
        OF_REFERRAL,
    ),
    Table(
        "CYP202CareActivity",
        CARE_ACTIVITY,
        (
            _id(CARE_ACTIVITY),
            _id(CARE_CONTACT),
            _coded("Activity_Type", _numbered(1, 12) | {"97"}, is_mandatory=True),
            _id(PROFESSIONAL, is_mandatory=False),
            Field("CareActivity_Duration", 4),
        ),
        (("CYP201CareContact", CARE_CONTACT),),
    ),
)
STAFF = Table("CYP901StaffDetails", PROFESSIONAL, (_id(PROFESSIONAL), Field("StaffGroup", 3)))
BY_NAME = {one.name: one for one in (HEADER, *TABLES, STAFF)}

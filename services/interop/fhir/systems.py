"""The URIs that FHIR, UK Core, BaRS and we ourselves use for identifiers, codes and profiles."""

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
DOS_SERVICE = "https://fhir.nhs.uk/Id/dos-service-id"

NHS_NUMBER_STATUS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
NHS_NUMBER_STATUS_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
DELIVERY_CHANNEL = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel"
DELIVERY_CHANNEL_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel"

OMAHA = "http://terminology.hl7.org/CodeSystem/oms"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"

# Our own: what the outside may know one of our records by, and codes where no published ones are.
REFERRAL_REFERENCE = "https://heatshield.uk/Id/referral-reference"
TEAM = "https://heatshield.uk/Id/team"
SYSTEM = "https://heatshield.uk/Id/system"
EMPLOYEE = "https://heatshield.uk/Id/employee"
WOUND = "https://heatshield.uk/Id/wound"
STAFF_ROLE = "https://heatshield.uk/CodeSystem/staff-role"
CARE_TEAM_ROLE = "https://heatshield.uk/CodeSystem/care-team-role"
ACTIVITY_TYPE = "https://heatshield.uk/CodeSystem/activity-type"
ALERT_KIND = "https://heatshield.uk/CodeSystem/alert-kind"
ASK = "https://heatshield.uk/CodeSystem/ask"
COUNCIL_FACT = "https://heatshield.uk/CodeSystem/council-fact"
CONNECTION = "https://heatshield.uk/Id/connection"
SHARED_FIELD = "https://heatshield.uk/CodeSystem/shared-field"
SHARE_BASIS = "https://heatshield.uk/CodeSystem/share-basis"
CARE_ACT_ABILITY = "https://heatshield.uk/CodeSystem/care-act-ability"
INTEGRATED_ASSESSMENT = "https://heatshield.uk/Questionnaire/integrated-assessment"
OMAHA_SCALE = "https://heatshield.uk/CodeSystem/omaha-rating-scale"
URN = "urn:ietf:rfc:3986"

HOME_HEALTH = {"system": ACT_CODE, "code": "HH", "display": "home health"}
VIRTUAL = {"system": ACT_CODE, "code": "VR", "display": "virtual"}


# UK Core has no profile of these.
AS_IN_R4 = {"Goal"}


def profile(resource_type: str) -> str:
    """The UK Core profile of a resource type, or else the type itself as FHIR R4 defines it."""
    if resource_type in AS_IN_R4:
        return f"http://hl7.org/fhir/StructureDefinition/{resource_type}"
    return f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource_type}"

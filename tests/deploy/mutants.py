"""Faults to plant in what was rendered, and the check that has to refuse each."""

from tests.deploy.manifests import Manifest, name, pod_template
from tests.deploy.planting import Mutant, of_config, of_container, of_pod, of_spec, on, without


def _label_peers(manifests: list[Manifest]) -> None:
    """What `includeSelectors` does to the policies that it finds: their peers become the pods themselves."""
    policy = next(one for one in manifests if name(one) == "caseload-is-asked")["spec"]
    for peer in policy["ingress"][0]["from"]:
        peer["podSelector"].setdefault("matchLabels", {})["app.kubernetes.io/name"] = "caseload"


def _backup_by_five_fields(manifests: list[Manifest]) -> None:
    next(one for one in manifests if one["kind"] == "ScheduledBackup")["spec"]["schedule"] = "30 1 * * *"


POD = (
    Mutant(
        "readiness asks what liveness asks",
        "probes",
        of_container("caseload", lambda one: one.update(readinessProbe=one["livenessProbe"])),
    ),
    Mutant(
        "liveness asks the database",
        "probes",
        of_container("hr", lambda one: one["livenessProbe"]["httpGet"].update(path="/health/ready")),
    ),
    Mutant(
        "a probe at a port that is none",
        "probes",
        of_container("gateway", lambda one: one["readinessProbe"]["httpGet"].update(port="metrics")),
    ),
    Mutant(
        "too little time to end",
        "shutdown",
        of_pod("finance", lambda one: one.update(terminationGracePeriodSeconds=30)),
    ),
    Mutant("no sleep before the end", "shutdown", of_container("roster", lambda one: one.pop("lifecycle"))),
    Mutant("runs as root", "restricted", of_pod("interop", lambda one: one["securityContext"].update(runAsUser=0))),
    Mutant(
        "a root that can be written",
        "restricted",
        of_container("migrate-hr", lambda one: one["securityContext"].update(readOnlyRootFilesystem=False), "Job"),
    ),
    Mutant(
        "a token of the cluster",
        "restricted",
        of_pod("identity", lambda one: one.update(automountServiceAccountToken=True)),
    ),
    Mutant(
        "a capability is kept",
        "restricted",
        of_container("hr", lambda one: one["securityContext"].update(capabilities={"drop": ["NET_RAW"]})),
    ),
    Mutant(
        "no limit of memory",
        "resources",
        of_container("governance", lambda one: one["resources"]["limits"].pop("memory")),
    ),
    Mutant(
        "no request of CPU",
        "resources",
        of_container("roster-worker", lambda one: one["resources"]["requests"].pop("cpu")),
    ),
    Mutant(
        "a Secret in an environment variable",
        "secrets",
        of_container(
            "identity",
            lambda one: one.update(
                env=[{"name": "K", "valueFrom": {"secretKeyRef": {"name": "identity-runtime", "key": "k"}}}]
            ),
        ),
    ),
    Mutant(
        "a password in the configuration",
        "secrets",
        of_config(ROSTER_DATABASE_URL="postgresql+asyncpg://roster:word@heatshield-postgres-rw:5432/roster"),
    ),
    Mutant("a signing key in the configuration", "secrets", of_config(IDENTITY_SIGNING_KEYS="[]")),
    Mutant(
        "a service holds its tables' owner",
        "owners",
        of_pod("caseload", lambda one: one["volumes"][1]["secret"].update(secretName="caseload-owner")),
    ),
    Mutant(
        "a service holds another's keys",
        "owners",
        of_pod("hr", lambda one: one["volumes"][1]["secret"].update(secretName="identity-runtime")),
    ),
    Mutant(
        "an image by its tag",
        "images",
        of_container("gateway", lambda one: one.update(image="registry.example/heatshield:latest")),
    ),
    Mutant(
        "the database's image by its tag",
        "images",
        of_spec("Cluster", "heatshield-postgres", imageName="postgresql:18"),
    ),
)
SET = (
    Mutant("a number of pods beside an autoscaler", "availability", of_spec("Deployment", "caseload", replicas=1)),
    Mutant(
        "two autoscalers for one",
        "availability",
        of_spec(
            "HorizontalPodAutoscaler",
            "gateway",
            scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "roster"},
        ),
    ),
    Mutant("no budget", "availability", without("PodDisruptionBudget", "identity")),
    Mutant(
        "a budget that lets no node be emptied", "availability", of_spec("PodDisruptionBudget", "hr", maxUnavailable=0)
    ),
    Mutant("all in one zone", "availability", of_pod("finance", lambda one: one.pop("topologySpreadConstraints"))),
    Mutant("more pods than the database takes", "connections", of_spec("ScaledObject", "interop", maxReplicaCount=60)),
    Mutant(
        "a job that stays for ever",
        "jobs",
        on("Job", "migrate-hr", lambda one: one["spec"].pop("ttlSecondsAfterFinished")),
    ),
    Mutant("scheduled work that overlaps itself", "jobs", of_spec("CronJob", "maintain-hr", concurrencyPolicy="Allow")),
    Mutant("a service without its migration", "jobs", without("Job", "migrate-interop")),
    Mutant(
        "an account that is not there",
        "references",
        of_pod("roster", lambda one: one.update(serviceAccountName="rooster")),
    ),
    Mutant("a Secret that is not there", "references", without("ExternalSecret", "finance-runtime")),
    Mutant(
        "a configuration of another build",
        "references",
        of_container("hr", lambda one: one["envFrom"][0]["configMapRef"].update(name="heatshield-0")),
    ),
    Mutant(
        "an autoscaler of nothing",
        "references",
        of_spec(
            "HorizontalPodAutoscaler",
            "roster-worker",
            scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"},
        ),
    ),
    Mutant(
        "a Service that leads nowhere",
        "selectors",
        on("Service", "hr", lambda one: one["spec"]["selector"].update({"app.kubernetes.io/name": "human"})),
    ),
    Mutant(
        "a target port that is none",
        "selectors",
        on("Service", "gateway", lambda one: one["spec"]["ports"][1].update(targetPort="metrics")),
    ),
    Mutant(
        "pods that their Deployment does not know",
        "selectors",
        on(
            "Deployment",
            "caseload",
            lambda one: pod_template(one)["metadata"]["labels"].update({"app.kubernetes.io/name": "c"}),
        ),
    ),
    Mutant(
        "a prefix that only an address knows of",
        "addresses",
        on("Service", "caseload", lambda one: one["metadata"].update(name="prod-caseload")),
    ),
    Mutant(
        "a broker under another name",
        "addresses",
        of_config(HEATSHIELD_BROKER_URL="amqps://rabbit:5671/?cafile=/run/authorities/broker.crt"),
    ),
    Mutant(
        "an object in no namespace of ours",
        "namespace",
        on("Service", "hr", lambda one: one["metadata"].update(namespace="default")),
    ),
    Mutant(
        "a namespace that admits any pod",
        "namespace",
        on(
            "Namespace",
            "heatshield",
            lambda one: one["metadata"]["labels"].update({"pod-security.kubernetes.io/enforce": "privileged"}),
        ),
    ),
)
DATA = (
    Mutant("labels set on the peers of a policy", "network", _label_peers),
    Mutant("migrations cut off from the database", "network", without("NetworkPolicy", "database-is-asked")),
    Mutant("no policy by default", "network", without("NetworkPolicy", "nothing-by-default")),
    Mutant("identity is not asked for tokens", "network", without("NetworkPolicy", "identity-is-asked")),
    Mutant("issuers' keys cannot be fetched", "network", without("NetworkPolicy", "internet-is-asked")),
    Mutant("no engine reaches the listener", "network", without("NetworkPolicy", "engine-sends")),
    Mutant(
        "a cloud's credentials can be fetched",
        "network",
        on(
            "NetworkPolicy",
            "internet-is-asked",
            lambda one: one["spec"]["egress"][0]["to"][0]["ipBlock"]["except"].remove("169.254.0.0/16"),
        ),
    ),
    Mutant(
        "nodes of the broker cut off from each other",
        "network",
        on("NetworkPolicy", "broker", lambda one: one["spec"]["egress"].pop(0)),
    ),
    Mutant("a queue that is not a quorum's", "topology", of_spec("Queue", "interop.feed", type="classic")),
    Mutant("a queue too few", "topology", without("Queue", "interop.feed")),
    Mutant(
        "a service that may say another's events",
        "topology",
        on("TopicPermission", "hr", lambda one: one["spec"]["permissions"].update(write=".*")),
    ),
    Mutant(
        "a service that may read another's queues",
        "topology",
        on("Permission", "finance", lambda one: one["spec"]["permissions"].update(read=".*")),
    ),
    Mutant(
        "a database open to another's role",
        "databases",
        on("Cluster", "heatshield-postgres", lambda one: one["spec"]["postgresql"]["pg_hba"].pop()),
    ),
    Mutant(
        "a role past row-level security",
        "databases",
        on("Cluster", "heatshield-postgres", lambda one: one["spec"]["managed"]["roles"][0].update(bypassrls=True)),
    ),
    Mutant(
        "a database that goes with its object", "databases", of_spec("Database", "hr", databaseReclaimPolicy="delete")
    ),
    Mutant("a backup by five fields", "backups", _backup_by_five_fields),
    Mutant(
        "no log between backups",
        "backups",
        on("Cluster", "heatshield-postgres", lambda one: one["spec"].pop("plugins")),
    ),
    Mutant(
        "a commit on one machine",
        "backups",
        on("Cluster", "heatshield-postgres", lambda one: one["spec"]["postgresql"].pop("synchronous")),
    ),
    Mutant("the database in clear text", "lines", of_config(PGSSLMODE="prefer")),
    Mutant(
        "the broker in clear text",
        "lines",
        on("RabbitmqCluster", "heatshield-broker", lambda one: one["spec"]["tls"].update(disableNonTLSListeners=False)),
    ),
    Mutant(
        "the public in clear text",
        "lines",
        on("HTTPRoute", "heatshield", lambda one: one["spec"]["parentRefs"][0].update(sectionName="http")),
    ),
    Mutant("a broker of two nodes", "lines", of_spec("RabbitmqCluster", "heatshield-broker", replicas=2)),
    Mutant(
        "scaled by another's queues",
        "autoscaling",
        on("ScaledObject", "hr", lambda one: one["spec"]["triggers"][1]["metadata"].update(queueName="^caseload\\.")),
    ),
    Mutant("a user that is not there", "custom references", without("User", "roster")),
    Mutant("a role without its password", "custom references", without("ExternalSecret", "hr-database-owner")),
)
# Of tools that are asked as programs, about the whole of what was rendered.
OUTSIDE = (
    Mutant(
        "a misspelt probe",
        "Kubernetes' schema",
        of_container("hr", lambda one: one.update(readynessProbe=one["readinessProbe"])),
    ),
    Mutant(
        "a port in quotes",
        "Kubernetes' schema",
        of_container("hr", lambda one: one["ports"][0].update(containerPort="8000")),
    ),
    Mutant(
        "a misspelt field of an autoscaler",
        "custom resources' schemas",
        of_spec("ScaledObject", "hr", maxReplicasCount=9),
    ),
    Mutant(
        "a privileged container",
        "checkov",
        of_container("hr", lambda one: one["securityContext"].update(privileged=True)),
    ),
)
MUTANTS = (*POD, *SET, *DATA)

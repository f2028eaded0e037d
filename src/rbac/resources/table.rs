//! The table of resources.

use super::Resource;

/// What kube-apiserver 1.37.2 serves with the feature gates and versions that are on by default, in the order in which
/// it lists them: the core group first. `tests/e2e/discovery.rs` holds it in step.
pub const RESOURCES: &[Resource] = &[
    namespaced("", "bindings", "binding"),
    cluster("", "componentstatuses", "componentstatus").short_names(&["cs"]),
    namespaced("", "configmaps", "configmap").short_names(&["cm"]),
    namespaced("", "endpoints", "endpoints").short_names(&["ep"]),
    namespaced("", "events", "event").short_names(&["ev"]),
    namespaced("", "limitranges", "limitrange").short_names(&["limits"]),
    cluster("", "namespaces", "namespace").short_names(&["ns"]).subresources(&["finalize", "status"]),
    cluster("", "nodes", "node").short_names(&["no"]).subresources(&["proxy", "status"]),
    namespaced("", "persistentvolumeclaims", "persistentvolumeclaim")
        .short_names(&["pvc"])
        .subresources(&["status"]),
    cluster("", "persistentvolumes", "persistentvolume").short_names(&["pv"]).subresources(&["status"]),
    namespaced("", "pods", "pod").short_names(&["po"]).subresources(&[
        "attach",
        "binding",
        "ephemeralcontainers",
        "eviction",
        "exec",
        "log",
        "portforward",
        "proxy",
        "resize",
        "status",
    ]),
    namespaced("", "podtemplates", "podtemplate"),
    namespaced("", "replicationcontrollers", "replicationcontroller")
        .short_names(&["rc"])
        .subresources(&["scale", "status"]),
    namespaced("", "resourcequotas", "resourcequota").short_names(&["quota"]).subresources(&["status"]),
    namespaced("", "secrets", "secret"),
    namespaced("", "serviceaccounts", "serviceaccount").short_names(&["sa"]).subresources(&["token"]),
    namespaced("", "services", "service").short_names(&["svc"]).subresources(&["proxy", "status"]),
    cluster("apiregistration.k8s.io", "apiservices", "apiservice").subresources(&["status"]),
    namespaced("apps", "controllerrevisions", "controllerrevision"),
    namespaced("apps", "daemonsets", "daemonset").short_names(&["ds"]).subresources(&["status"]),
    namespaced("apps", "deployments", "deployment")
        .short_names(&["deploy"])
        .subresources(&["scale", "status"]),
    namespaced("apps", "replicasets", "replicaset").short_names(&["rs"]).subresources(&["scale", "status"]),
    namespaced("apps", "statefulsets", "statefulset")
        .short_names(&["sts"])
        .subresources(&["scale", "status"]),
    namespaced("events.k8s.io", "events", "event").short_names(&["ev"]),
    cluster("authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview"),
    cluster("authentication.k8s.io", "tokenreviews", "tokenreview"),
    namespaced("authorization.k8s.io", "localsubjectaccessreviews", "localsubjectaccessreview"),
    cluster("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectaccessreview"),
    cluster("authorization.k8s.io", "selfsubjectrulesreviews", "selfsubjectrulesreview"),
    cluster("authorization.k8s.io", "subjectaccessreviews", "subjectaccessreview"),
    namespaced("autoscaling", "horizontalpodautoscalers", "horizontalpodautoscaler")
        .short_names(&["hpa"])
        .subresources(&["status"]),
    namespaced("batch", "cronjobs", "cronjob").short_names(&["cj"]).subresources(&["status"]),
    namespaced("batch", "jobs", "job").subresources(&["status"]),
    cluster("certificates.k8s.io", "certificatesigningrequests", "certificatesigningrequest")
        .short_names(&["csr"])
        .subresources(&["approval", "status"]),
    cluster("certificates.k8s.io", "clustertrustbundles", "clustertrustbundle"),
    namespaced("certificates.k8s.io", "podcertificaterequests", "podcertificaterequest")
        .subresources(&["status"]),
    cluster("networking.k8s.io", "ingressclasses", "ingressclass"),
    namespaced("networking.k8s.io", "ingresses", "ingress").short_names(&["ing"]).subresources(&["status"]),
    cluster("networking.k8s.io", "ipaddresses", "ipaddress").short_names(&["ip"]),
    namespaced("networking.k8s.io", "networkpolicies", "networkpolicy").short_names(&["netpol"]),
    cluster("networking.k8s.io", "servicecidrs", "servicecidr").subresources(&["status"]),
    namespaced("policy", "poddisruptionbudgets", "poddisruptionbudget")
        .short_names(&["pdb"])
        .subresources(&["status"]),
    cluster("rbac.authorization.k8s.io", "clusterrolebindings", "clusterrolebinding"),
    cluster("rbac.authorization.k8s.io", "clusterroles", "clusterrole"),
    namespaced("rbac.authorization.k8s.io", "rolebindings", "rolebinding"),
    namespaced("rbac.authorization.k8s.io", "roles", "role"),
    cluster("storage.k8s.io", "csidrivers", "csidriver"),
    cluster("storage.k8s.io", "csinodes", "csinode").subresources(&["status"]),
    namespaced("storage.k8s.io", "csistoragecapacities", "csistoragecapacity"),
    cluster("storage.k8s.io", "storageclasses", "storageclass").short_names(&["sc"]),
    cluster("storage.k8s.io", "volumeattachments", "volumeattachment").subresources(&["status"]),
    cluster("storage.k8s.io", "volumeattributesclasses", "volumeattributesclass").short_names(&["vac"]),
    cluster("admissionregistration.k8s.io", "mutatingadmissionpolicies", "mutatingadmissionpolicy"),
    cluster(
        "admissionregistration.k8s.io",
        "mutatingadmissionpolicybindings",
        "mutatingadmissionpolicybinding",
    ),
    cluster("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration"),
    cluster("admissionregistration.k8s.io", "validatingadmissionpolicies", "validatingadmissionpolicy")
        .subresources(&["status"]),
    cluster(
        "admissionregistration.k8s.io",
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
    ),
    cluster(
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
        "validatingwebhookconfiguration",
    ),
    cluster("apiextensions.k8s.io", "customresourcedefinitions", "customresourcedefinition")
        .short_names(&["crd", "crds"])
        .subresources(&["status"]),
    cluster("scheduling.k8s.io", "priorityclasses", "priorityclass").short_names(&["pc"]),
    namespaced("coordination.k8s.io", "leases", "lease"),
    cluster("node.k8s.io", "runtimeclasses", "runtimeclass"),
    namespaced("discovery.k8s.io", "endpointslices", "endpointslice"),
    cluster("resource.k8s.io", "deviceclasses", "deviceclass"),
    cluster("resource.k8s.io", "devicetaintrules", "devicetaintrule").subresources(&["status"]),
    namespaced("resource.k8s.io", "resourceclaims", "resourceclaim").subresources(&["status"]),
    namespaced("resource.k8s.io", "resourceclaimtemplates", "resourceclaimtemplate"),
    cluster("resource.k8s.io", "resourceslices", "resourceslice"),
    cluster("flowcontrol.apiserver.k8s.io", "flowschemas", "flowschema").subresources(&["status"]),
    cluster("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "prioritylevelconfiguration")
        .subresources(&["status"]),
    cluster("storagemigration.k8s.io", "storageversionmigrations", "storageversionmigration")
        .subresources(&["status"]),
];

/// A resource whose objects live in namespaces.
const fn namespaced(group: &'static str, plural: &'static str, singular: &'static str) -> Resource {
    Resource { group, plural, singular, short_names: &[], namespaced: true, subresources: &[] }
}

/// A resource of the cluster.
const fn cluster(group: &'static str, plural: &'static str, singular: &'static str) -> Resource {
    Resource { group, plural, singular, short_names: &[], namespaced: false, subresources: &[] }
}

impl Resource {
    const fn short_names(self, short_names: &'static [&'static str]) -> Self {
        Self { short_names, ..self }
    }

    const fn subresources(self, subresources: &'static [&'static str]) -> Self {
        Self { subresources, ..self }
    }
}

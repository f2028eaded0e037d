# shellcheck shell=bash
# The real control plane, and what the deployment is tried with, from Go modules at the versions that tests/envtest
# pins. Sourced.

# shellcheck source=tests/envtest/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

# module_key FOLDER MODULE NAME: what the binaries of a go.mod are cached under. Any change of a dependency is
# another key, and so another build.
module_key() {
    local version sums
    version=$(sed -nE "s|^(require)?[[:space:]]+$2 (v[^ ]+).*|\2|p" "$1/go.mod" | head -n 1)
    sums=$(cat "$1/go.mod" "$1/go.sum" | sha256sum | cut -c 1-12)
    printf '%s-%s-%s' "$3" "$version" "$sums"
}

kubernetes_key=$(module_key tests/envtest k8s.io/kubernetes kubernetes)
etcd_key=$(module_key tests/envtest/etcd go.etcd.io/etcd/server/v3 etcd)
helm_key=$(module_key tests/envtest/helm helm.sh/helm/v4 helm)
crds_key=$(module_key tests/envtest/crds github.com/prometheus-operator/prometheus-operator crds)

# is_given NAME: whether KUBEBUILDER_ASSETS, which controller-runtime's users have set up, holds the binary.
is_given() {
    [[ -n ${KUBEBUILDER_ASSETS:-} && -x $KUBEBUILDER_ASSETS/$1 ]]
}

build_kubernetes() {
    local version=${kubernetes_key#kubernetes-v} stamp=k8s.io/component-base/version minor
    version=${version%-*}
    minor=${version#*.}
    # The version is stamped in because kubectl and the API server compare theirs, and /version is read by clients.
    go_build tests/envtest "$1" \
        "-s -w -X $stamp.gitVersion=v$version -X $stamp.gitMajor=${version%%.*} -X $stamp.gitMinor=${minor%%.*}" \
        k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kubectl}
}

build_etcd() {
    # The package is called `server`; what it makes is known as `etcd`.
    go_build tests/envtest/etcd "$1" "-s -w" go.etcd.io/etcd/server/v3 && mv "$1/server" "$1/etcd"
}

build_helm() {
    go_build tests/envtest/helm "$1" "-s -w" helm.sh/helm/v4/cmd/helm
}

# copy_crds FOLDER: the kinds of the Prometheus Operator and of cert-manager, which their modules hold as files.
copy_crds() {
    local operator manager
    (cd tests/envtest/crds && go mod download) || return
    operator=$(module_folder tests/envtest/crds github.com/prometheus-operator/prometheus-operator) || return
    manager=$(module_folder tests/envtest/crds github.com/cert-manager/cert-manager) || return
    install --mode=0644 -t "$1" "$operator"/example/prometheus-operator-crd/*_{prometheusrules,servicemonitors}.yaml \
        "$manager"/deploy/crds/cert-manager.io_{certificates,issuers}.yaml
}

# module_folder FOLDER MODULE: where a module of the go.mod lies unpacked.
module_folder() {
    (cd "$1" && go list -m -f '{{.Dir}}' "$2")
}

go_build() {
    local folder=$1 into=$2 ldflags=$3
    shift 3
    (cd "$folder" && CGO_ENABLED=0 go build -trimpath -ldflags "$ldflags" -o "$into/" "$@")
}

# provide_control_plane: builds what KUBEBUILDER_ASSETS does not hold. It has no kube-controller-manager, as a rule.
provide_control_plane() {
    if ! is_given etcd; then cached "$etcd_key" build_etcd || return; fi
    local name
    for name in kube-apiserver kube-controller-manager kubectl; do
        if ! is_given "$name"; then
            cached "$kubernetes_key" build_kubernetes
            return
        fi
    done
}

# provide_deployment: builds helm, and lays out the kinds that the shipped objects are of beside Kubernetes' own.
provide_deployment() {
    if ! is_given helm; then cached "$helm_key" build_helm || return; fi
    cached "$crds_key" copy_crds
}

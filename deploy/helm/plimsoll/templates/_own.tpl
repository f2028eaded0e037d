{{- define "plimsoll.own" -}}
# What Plimsoll asks of its own namespace: what it ships, and nothing more.
apiVersion: plimsoll.dev/v1alpha1
kind: Baseline
metadata: {name: plimsoll}
spec:
  namespaces: {names: [{{ .Release.Namespace }}]}
  podSecurity:
    level: restricted
    version: latest
    namespaceLabel: enforce
    profile: {readOnlyRootFilesystem: true}
  secrets:
    readers: []
    indirect: report
  rbac:
    clusterAdmins: []
    forbid: [wildcard, escalate, bind, impersonate, anonymous]
{{- if .Values.networkPolicy.enabled }}
{{- $self := dict "namespace" .Release.Namespace "podLabels" (dict "app.kubernetes.io/name" "plimsoll") }}
{{- $self := include "plimsoll.end" $self }}
{{- $peers := include "plimsoll.peers" . | fromYaml }}
{{- $policy := .Values.networkPolicy }}
  network:
    defaultDeny: [Ingress, Egress]
    within: namespace
    allow:
      - from: {{ include "plimsoll.end" $peers.prometheus }}
        to: {{ $self }}
        ports: [TCP/9478]
{{- range $policy.api.from }}
      - from: {{ include "plimsoll.end" . }}
        to: {{ $self }}
        ports: [TCP/9479]
{{- end }}
      - from: {{ $self }}
        to: {{ include "plimsoll.end" $peers.alertmanager }}
        ports: [TCP/{{ $policy.alertmanager.port }}]
      # The API server.
      - from: {{ $self }}
        to: {cidrs: {{ $policy.apiServer.cidrs | toJson | replace "," ", " }}}
        ports: [{{ range $i, $port := $policy.apiServer.ports }}{{ if $i }}, {{ end }}TCP/{{ $port }}{{ end }}]
{{- end }}
{{ end }}

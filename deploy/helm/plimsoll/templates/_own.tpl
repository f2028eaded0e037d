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
{{- $self := printf "{namespace: %s, podLabels: {app.kubernetes.io/name: plimsoll}}" .Release.Namespace }}
{{- $policy := .Values.networkPolicy }}
  network:
    defaultDeny: [Ingress, Egress]
    within: namespace
    allow:
      - from: {namespace: {{ $policy.prometheus.namespace }}, podLabels: {{ include "plimsoll.flow" $policy.prometheus.podLabels }}}
        to: {{ $self }}
        ports: [TCP/9478]
      - from: {{ $self }}
        to: {namespace: {{ $policy.alertmanager.namespace }}, podLabels: {{ include "plimsoll.flow" $policy.alertmanager.podLabels }}}
        ports: [TCP/{{ $policy.alertmanager.port }}]
      # The API server.
      - from: {{ $self }}
        to: {cidrs: [{{ join ", " $policy.apiServer.cidrs }}]}
        ports: [{{ range $i, $port := $policy.apiServer.ports }}{{ if $i }}, {{ end }}TCP/{{ $port }}{{ end }}]
{{- end }}
{{ end }}

{{- /* A map of labels in the flow style of YAML. */ -}}
{{- define "plimsoll.flow" -}}
{ {{- $comma := "" -}}{{- range $key, $value := . }}{{ $comma }}{{ $key }}: {{ $value }}{{ $comma = ", " }}{{ end -}} }
{{- end }}

{{- /* Whom the daemon has to do with, by name: each a namespace and labels of pods. The labels are not among the default
values, because Helm would keep them beside those that somebody gives. */ -}}
{{- define "plimsoll.peers" -}}
{{- $labels := dict
  "prometheus" (dict "app.kubernetes.io/name" "prometheus")
  "alertmanager" (dict "app.kubernetes.io/name" "alertmanager")
  "dns" (dict "k8s-app" "kube-dns") }}
{{- range $name, $default := $labels }}
{{- $given := index $.Values.networkPolicy $name }}
{{ $name }}: {{ dict "namespace" $given.namespace "podLabels" ($given.podLabels | default $default) | toJson }}
{{- end }}
{{- end }}

{{- /* One of them as a peer of a NetworkPolicy. */ -}}
{{- define "plimsoll.peer" -}}
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: {{ .namespace }}
{{- with .podLabels }}
podSelector:
  matchLabels:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end }}

{{- /* One of them as a baseline names an end of a flow. */ -}}
{{- define "plimsoll.end" -}}
{namespace: {{ .namespace }}
{{- with .podLabels }}, podLabels: { {{- $comma := "" }}
{{- range $key, $value := . }}{{ $comma }}{{ $key }}: {{ $value | quote }}{{ $comma = ", " }}{{ end -}} }
{{- end }}}
{{- end }}

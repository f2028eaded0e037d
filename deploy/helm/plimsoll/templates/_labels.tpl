{{- define "plimsoll.labels" -}}
app.kubernetes.io/name: plimsoll
{{- end }}

{{- define "plimsoll.image" -}}
{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

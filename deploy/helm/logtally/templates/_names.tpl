{{/* All names begin with this; takes the root. The longest ending is that of a worker: -worker- and 32 letters. */}}
{{- define "logtally.fullname" -}}
{{- $fullname := .Values.fullnameOverride -}}
{{- if not $fullname -}}
{{- $fullname = ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- end -}}
{{- if gt (len $fullname) 22 -}}
{{- fail (printf "names: %q is too long to begin names with, at most 22 letters fit (hint: fullnameOverride)" $fullname) -}}
{{- end -}}
{{- $fullname -}}
{{- end -}}

{{/* What never changes of a workload: takes a dict of root, component and, for workers, pipeline. */}}
{{- define "logtally.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .pipeline }}
logtally/pipeline: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "logtally.labels" -}}
{{ include "logtally.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "logtally.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

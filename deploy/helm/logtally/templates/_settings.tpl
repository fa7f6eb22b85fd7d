{{/* Files of pipelines, as YAML or JSON. Secrets are named in them by the paths where _workload.tpl mounts them. */}}

{{/* Nothing runs before there is an archive. Takes the root; empty for no. */}}
{{- define "logtally.hasArchive" -}}
{{- if hasKey .Values.settings "archive" -}}yes{{- end -}}
{{- end -}}

{{/* What is shared, as JSON. Takes the root. */}}
{{- define "logtally.settings" -}}
{{- $settings := deepCopy .Values.settings -}}
{{- if and .Values.secrets.pseudonymKey.name (not (hasKey $settings "pseudonym_key")) -}}
{{- $_ := set $settings "pseudonym_key" (dict "file" "/etc/logtally/secrets/pseudonym-key") -}}
{{- end -}}
{{- if .Values.catalogue -}}
{{- if hasKey $settings "catalogue" -}}
{{- fail "catalogue: there is one, and settings.catalogue names another (hint: take one of them away)" -}}
{{- end -}}
{{- $_ := set $settings "catalogue" "catalogue.yaml" -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}

{{/* The file of a pipeline. Takes a dict of root and pipeline. */}}
{{- define "logtally.pipeline" -}}
{{- $config := mergeOverwrite (include "logtally.settings" .root | fromJson) (deepCopy .pipeline.config) -}}
{{- $_ := set $config "name" .pipeline.name -}}
{{- if hasKey $config "index" -}}
{{- $secrets := .root.Values.secrets -}}
{{- if and $secrets.elasticsearchApiKey.name (not (hasKey $config.index "api_key")) -}}
{{- $_ := set $config.index "api_key" (dict "file" "/etc/logtally/secrets/elasticsearch-api-key") -}}
{{- end -}}
{{- if and $secrets.elasticsearchCa.name (not (hasKey $config.index "ca_file")) -}}
{{- $_ := set $config.index "ca_file" "/etc/logtally/secrets/elasticsearch-ca" -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* The file of what works on the archive and reads no input. Takes the root. */}}
{{- define "logtally.archive" -}}
{{- $config := include "logtally.settings" . | fromJson -}}
{{- $_ := set $config "name" "archive" -}}
{{- $_ := set $config "source" (dict "kind" "stdin") -}}
{{- if and .Values.secrets.signingKey.name (not (hasKey $config "signing_key")) -}}
{{- $_ := set $config "signing_key" (dict "file" "/etc/logtally/secrets/signing-key") -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/*
A Deployment of one container. Takes a dict:
  root, component, pipeline   as for the labels
  account                     of another component; missing: of this one
  name       of the Deployment
  options    its part of the values: resources, tmpSize, nodeSelector, tolerations, affinity
  args       of the program
  files      what it finds of the ConfigMap: names in the pod, and keys; local.yaml is what commands go by that name no pipeline,
             for all streams
  configText the text of the file that it goes by: a change of it, or of the catalogue, is a roll-out
  secrets    which of the values' secrets it reads; those that have a name become files
  replicas   null where an autoscaler says
  strategy   RollingUpdate or Recreate
  graceSeconds
  probe      "metrics" for what answers /livez and /readyz, "page" for the explorer
*/}}
{{- define "logtally.workload" -}}
{{- $secrets := list -}}
{{- range .secrets -}}
{{- $secret := get $.root.Values.secrets . -}}
{{- if $secret.name -}}
{{- $secrets = append $secrets (merge (dict "file" (kebabcase .)) $secret) -}}
{{- end -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  labels:
    {{- include "logtally.labels" . | nindent 4 }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ int .replicas }}
  {{- end }}
  strategy:
    type: {{ .strategy }}
  selector:
    matchLabels:
      {{- include "logtally.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "logtally.labels" . | nindent 8 }}
      annotations:
        checksum/config: {{ sha256sum (print .configText .root.Values.catalogue) | quote }}
        {{- with .root.Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "logtally.fullname" .root }}-{{ .account | default .component }}
      # Nobody talks to Kubernetes; Workload Identity needs no token in the pod.
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ int .graceSeconds }}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        # Secrets can be read by this group alone.
        fsGroup: 1000
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: logtally
          image: {{ include "logtally.image" .root | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          # Where commands look for pipelines/local.yaml.
          workingDir: /etc/logtally
          args:
            {{- range .args }}
            - {{ . | quote }}
            {{- end }}
          env:
            - name: LOGTALLY_LOG
              value: json
            {{- with .root.Values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- include (printf "logtally.%sProbes" .probe) . | nindent 10 }}
          resources:
            {{- toYaml .options.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: config
              mountPath: /etc/logtally/pipelines
              readOnly: true
            {{- if $secrets }}
            - name: secrets
              mountPath: /etc/logtally/secrets
              readOnly: true
            {{- end }}
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: config
          configMap:
            name: {{ include "logtally.fullname" .root }}-pipelines
            items:
              {{- range $path, $key := .files }}
              - key: {{ $key }}
                path: {{ $path }}
              {{- end }}
              {{- if .root.Values.catalogue }}
              - key: catalogue.yaml
                path: catalogue.yaml
              {{- end }}
        {{- with $secrets }}
        - name: secrets
          projected:
            # 0440
            defaultMode: 288
            sources:
              {{- range . }}
              - secret:
                  name: {{ .name }}
                  items:
                    - key: {{ .key }}
                      path: {{ .file }}
              {{- end }}
        {{- end }}
        - name: tmp
          emptyDir:
            sizeLimit: {{ .options.tmpSize }}
      # One pod of a kind on each node, as long as there are nodes.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "logtally.selector" . | nindent 14 }}
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "logtally.selector" . | nindent 14 }}
      {{- with .options.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .options.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .options.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{/* A start waits for the archive; a loop that is busy for a minute is not dead. */}}
{{- define "logtally.metricsProbes" -}}
ports:
  - name: metrics
    containerPort: 9464
startupProbe:
  httpGet: { path: /livez, port: metrics }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: metrics }
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: metrics }
  periodSeconds: 10
  timeoutSeconds: 5
{{- end -}}

{{/* From within: probes of the kubelet do not reach loopback. The page itself needs no token. */}}
{{- define "logtally.pageProbes" -}}
{{- $look := "fetch('http://127.0.0.1:8740/').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))" -}}
ports:
  - name: page
    containerPort: 8740
startupProbe:
  exec: { command: [node, -e, {{ $look | quote }}] }
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 60
livenessProbe:
  exec: { command: [node, -e, {{ $look | quote }}] }
  periodSeconds: 60
  timeoutSeconds: 30
  failureThreshold: 5
readinessProbe:
  exec: { command: [node, -e, {{ $look | quote }}] }
  periodSeconds: 30
  timeoutSeconds: 30
{{- end -}}

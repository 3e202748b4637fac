{{/* The name of every object: the release's, with strayd in it. */}}
{{- define "strayd.fullname" -}}
{{- if contains "strayd" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-strayd" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "strayd.labels" -}}
app.kubernetes.io/name: strayd
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* What finds the daemon's pods, and not those of the CronJob. */}}
{{- define "strayd.selector" -}}
app.kubernetes.io/name: strayd
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: daemon
{{- end }}

{{- define "strayd.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "strayd.serviceAccount" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}{{ else if .Values.serviceAccount.create }}{{ include "strayd.fullname" . }}{{ else }}default{{ end }}
{{- end }}

{{- define "strayd.secret" -}}
{{ .Values.existingSecret | default (include "strayd.fullname" .) }}
{{- end }}

{{/* The configuration as it is written, if it can work in a pod. */}}
{{- define "strayd.config" -}}
{{- $config := fromYaml .Values.config }}
{{- if hasKey $config "Error" }}
{{- fail (printf "config is no YAML: %s; give it with --set-file config=strayd.yaml" (get $config "Error")) }}
{{- end }}
{{- $path := dig "store" "path" "./strayd-data" $config }}
{{- $listen := dig "server" "listen" "127.0.0.1:9477" $config }}
{{- $token := dig "server" "token_file" "not set" $config }}
{{- if or (not (hasPrefix "/var/lib/strayd/" $path)) (not (hasSuffix ":9477" $listen)) (hasPrefix "127." $listen) (hasPrefix "localhost" $listen) (ne $token "/etc/strayd-secrets/token") }}
{{- fail (printf "config: store.path is %s, server.listen %s, server.token_file %s; in a pod write\n  store: {path: /var/lib/strayd/data}\n  server: {listen: '0.0.0.0:9477', token_file: /etc/strayd-secrets/token}" $path $listen $token) }}
{{- end }}
{{- .Values.config }}
{{- end }}

{{- define "strayd.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "strayd.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "truenorth.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "truenorth.clusterName" -}}
{{- $name := include "truenorth.name" . -}}
{{- if eq $name .Release.Namespace -}}{{ $name }}{{- else -}}{{ printf "%s-%s" .Release.Namespace $name }}{{- end -}}
{{- end -}}

{{- define "truenorth.selector" -}}
app.kubernetes.io/name: truenorth
app.kubernetes.io/instance: {{ include "truenorth.name" . }}
{{- end -}}

{{- define "truenorth.labels" -}}
{{ include "truenorth.selector" . }}
app.kubernetes.io/part-of: truenorth
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "truenorth.monitoringLabels" -}}
{{- merge (include "truenorth.labels" . | fromYaml) .Values.monitoringLabels | toYaml -}}
{{- end -}}

{{- define "truenorth.metadata" -}}
name: {{ include "truenorth.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "truenorth.labels" . | nindent 2 }}
{{- end -}}

{{- define "truenorth.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "truenorth.name" .) -}}
{{- end -}}

{{- define "truenorth.secret" -}}
{{- .Values.credentials.existingSecret | default (printf "%s-credentials" (include "truenorth.name" .)) -}}
{{- end -}}

{{- /* The URL of the state that the pods are told; nothing where the settings say it. */ -}}
{{- define "truenorth.state" -}}
{{- if .Values.state -}}{{ .Values.state }}
{{- else if not .Values.settings.backend -}}{{ printf "kubernetes://%s/%s-state" .Release.Namespace (include "truenorth.name" .) }}
{{- end -}}
{{- end -}}

{{- /* The Lease of a stack. */ -}}
{{- define "truenorth.lock" -}}
{{- printf "truenorth-%s" (regexReplaceAll "[^a-z0-9.-]" (lower .Values.stack) "-" | trimAll ".-") -}}
{{- end -}}

{{- /* The ports of the STUN servers, as JSON: the usual ones, and those of the settings and their links. */ -}}
{{- define "truenorth.stunPorts" -}}
{{- $ports := list 3478 19302 -}}
{{- $wan := .Values.settings.wan | default dict -}}
{{- $all := list $wan -}}
{{- range $link := $wan.links | default dict -}}{{- $all = append $all ($link | default dict) -}}{{- end -}}
{{- range $one := $all -}}
  {{- $servers := $one.stun | default list -}}
  {{- range $source := $one.sources | default list -}}
    {{- if or (hasPrefix "stun:" $source) (hasPrefix "stun-tcp:" $source) -}}{{- $servers = append $servers $source -}}{{- end -}}
  {{- end -}}
  {{- range $server := $servers -}}
    {{- $port := regexFind ":[0-9]+$" (trim $server) | trimPrefix ":" -}}
    {{- if $port -}}{{- $ports = append $ports (int $port) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

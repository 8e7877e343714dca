{{- /* Where external-dns finds the webhook; it fails where that is not in the same pod alone. */ -}}
{{- define "truenorth.webhook" -}}
{{- $listen := dig "watch" "webhook" "listen" "" .Values.settings -}}
{{- if not (hasPrefix "127.0.0.1:" $listen) -}}
{{- fail "externalDns asks TrueNorth in the same pod: set settings.watch.webhook.listen to 127.0.0.1:8888" -}}
{{- end -}}
{{- if eq .Values.kind "daemonset" -}}
{{- fail "externalDns needs kind: deployment: in a node's own network every program of the node reaches the webhook" -}}
{{- end -}}
{{- $listen -}}
{{- end -}}

{{- /* The port at which routers tell their addresses, "" for none; it fails for one that routers do not reach. */ -}}
{{- define "truenorth.dyndns" -}}
{{- $listen := dig "watch" "dyndns" "listen" "" .Values.settings -}}
{{- if $listen -}}
{{- $port := regexFind "[0-9]+$" $listen -}}
{{- $host := trimSuffix (printf ":%s" $port) $listen -}}
{{- if or (not (has $host (list "" "0.0.0.0" "[::]"))) (lt (int $port) 1024) (gt (int $port) 65535) -}}
{{- fail (printf "routers do not reach a pod that listens at %s: set settings.watch.dyndns.listen to :8245" $listen) -}}
{{- end -}}
{{- $port -}}
{{- end -}}
{{- end -}}

{{- define "truenorth.pod" -}}
metadata:
  labels:
    {{- include "truenorth.selector" . | nindent 4 }}
    app.kubernetes.io/part-of: truenorth
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "truenorth.serviceAccount" . }}
  terminationGracePeriodSeconds: 60
  {{- if eq .Values.kind "daemonset" }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- else }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "truenorth.selector" . | nindent 10 }}
  {{- end }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: truenorth
      image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [watch, --json, --listen, ":{{ .Values.port }}"]
      env:
        - name: POD_NAME
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        - name: POD_NAMESPACE
          valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
        - name: NODE_NAME
          valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
        - name: TRUENORTH_STACK
          value: {{ .Values.stack | quote }}
        - name: TRUENORTH_SETTINGS
          value: /etc/truenorth/Pulumi.{{ .Values.stack }}.yaml
        {{- with include "truenorth.state" . }}
        - name: TRUENORTH_STATE
          value: {{ . | quote }}
        {{- end }}
        - name: HOME
          value: /var/lib/truenorth
        - name: XDG_STATE_HOME
          value: /var/lib/truenorth
        - name: PULUMI_HOME
          value: /var/lib/truenorth/pulumi
        - name: CREDENTIALS_DIRECTORY
          value: /etc/truenorth-credentials
        {{- range $name, $value := .Values.variables }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
      envFrom:
        - secretRef:
            name: {{ include "truenorth.secret" . }}
      ports:
        - name: http
          containerPort: {{ .Values.port }}
          protocol: TCP
        {{- with include "truenorth.dyndns" . }}
        - name: dyndns
          containerPort: {{ . }}
          protocol: TCP
        {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        privileged: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      startupProbe:
        httpGet: {path: /livez, port: http}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: http}
        periodSeconds: 10
        timeoutSeconds: {{ .Values.probeTimeout }}
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 5
        timeoutSeconds: {{ .Values.probeTimeout }}
        failureThreshold: 3
      volumeMounts:
        - {name: settings, mountPath: /etc/truenorth, readOnly: true}
        - {name: credentials, mountPath: /etc/truenorth-credentials, readOnly: true}
        - {name: home, mountPath: /var/lib/truenorth}
        - {name: tmp, mountPath: /tmp}
        {{- if .Values.kubeconfigSecret }}
        - {name: kubeconfig, mountPath: /etc/truenorth-kubeconfig, readOnly: true}
        {{- end }}
    {{- with .Values.externalDns }}
    {{- if .image }}
    - name: external-dns
      image: {{ .image }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      args:
        - --provider=webhook
        - --webhook-provider-url=http://{{ include "truenorth.webhook" $ }}
        - --registry=noop
        {{- range .args }}
        - {{ . | quote }}
        {{- end }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        privileged: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
    {{- end }}
    {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ include "truenorth.name" . }}-settings
    - name: credentials
      secret:
        secretName: {{ include "truenorth.secret" . }}
        defaultMode: 0440
    - name: home
      emptyDir: {sizeLimit: 1Gi}
    - name: tmp
      emptyDir: {sizeLimit: 1Gi}
    {{- with .Values.kubeconfigSecret }}
    - name: kubeconfig
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
{{- end -}}

{{/*
The pod of a role. Takes root, key, role and settings.
*/}}
{{- define "stoxgate.pod" -}}
{{- $root := .root -}}
{{- $settings := .settings -}}
{{- $isOnHost := include "stoxgate.isOnHost" . -}}
{{- $selector := include "stoxgate.selector" . -}}
metadata:
  labels:
    {{- $selector | nindent 4 }}
    {{- include "stoxgate.labels" $root | nindent 4 }}
    {{- with $settings.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "stoxgate.config" $root | sha256sum }}
    {{- if $root.Values.secrets.create }}
    checksum/secret: {{ toYaml $root.Values.secrets.create | sha256sum }}
    {{- end }}
    {{- with $settings.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "stoxgate.serviceAccountName" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if $isOnHost }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  # The gateway's own limit (drain_timeout), and what it takes to stop after it.
  terminationGracePeriodSeconds: {{ add (dig "drain_timeout" 30 $root.Values.config | float64 | ceil) 20 }}
  securityContext:
    {{- toYaml $root.Values.podSecurityContext | nindent 4 }}
  containers:
    - name: stoxgate
      image: {{ include "stoxgate.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ .role }}, --config, /etc/stoxgate/stoxgate.yaml]
      env:
        {{- include "stoxgate.env" . | nindent 8 }}
      ports:
        {{- include "stoxgate.containerPorts" . | nindent 8 }}
      startupProbe:
        httpGet: { path: /livez, port: admin }
        periodSeconds: 2
        failureThreshold: {{ $settings.probes.startupSeconds | int | add 1 | div 2 }}
      livenessProbe:
        httpGet: { path: /livez, port: admin }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: admin }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      securityContext:
        {{- toYaml $root.Values.containerSecurityContext | nindent 8 }}
      {{- with $settings.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - { name: config, mountPath: /etc/stoxgate/stoxgate.yaml, subPath: stoxgate.yaml, readOnly: true }
        {{- if include "stoxgate.secretName" $root }}
        - { name: secrets, mountPath: /etc/stoxgate/secrets, readOnly: true }
        {{- end }}
        {{- if $root.Values.sip.tlsSecret }}
        - { name: tls, mountPath: /etc/stoxgate/tls, readOnly: true }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
        {{- with $settings.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "stoxgate.fullname" $root }}
    {{- with include "stoxgate.secretName" $root }}
    - name: secrets
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- with $root.Values.sip.tlsSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- with $settings.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  affinity:
    {{- if $settings.affinity }}
    {{- toYaml $settings.affinity | nindent 4 }}
    {{- else if $isOnHost }}
    # The ports are the node's: one replica of a role on each.
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
    {{- else }}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- $selector | nindent 16 }}
    {{- end }}
  topologySpreadConstraints:
    {{- if $settings.topologySpreadConstraints }}
    {{- toYaml $settings.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- $selector | nindent 10 }}
    {{- end }}
{{- end -}}

{{/* What a pod knows only when it runs, and what only a Secret knows. Takes root, key and settings. */}}
{{- define "stoxgate.env" -}}
{{- $root := .root -}}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
- name: HOST_IP
  valueFrom: { fieldRef: { fieldPath: status.hostIP } }
{{- with $root.Values.nats.secretKey }}
- name: STOXGATE_BUS_FILE
  value: /etc/stoxgate/secrets/{{ . }}
{{- end }}
{{- with $root.Values.redis.secretKey }}
- name: STOXGATE_STORE_FILE
  value: /etc/stoxgate/secrets/{{ . }}
{{- end }}
{{- if include "stoxgate.isOnHost" . }}
- name: STOXGATE_ADMIN__HOST
  value: $(HOST_IP)
- name: STOXGATE_ADMIN__PORT
  value: {{ include "stoxgate.adminPort" . | quote }}
{{- end }}
{{- if include "stoxgate.speaksSip" . }}
- name: STOXGATE_SIP__LOCAL_HOST
  value: {{ include "stoxgate.advertisedHost" $root.Values.sip.exposure }}
{{- end }}
{{- if include "stoxgate.speaksMsrp" . }}
- name: STOXGATE_MESSAGES__MSRP__PUBLIC_HOST
  value: {{ include "stoxgate.advertisedHost" $root.Values.msrp.exposure }}
{{- end }}
{{- with .settings.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Host by which the other side reaches a pod. Takes an exposure; Kubernetes puts the variables in. */}}
{{- define "stoxgate.advertisedHost" -}}
{{- if .advertisedHost -}}
{{ .advertisedHost | quote }}
{{- else if has .type (list "HostNetwork" "NodePort") -}}
$(HOST_IP)
{{- else -}}
$(POD_IP)
{{- end -}}
{{- end -}}

{{/* Takes root and key. */}}
{{- define "stoxgate.containerPorts" -}}
{{- $root := .root -}}
- { name: admin, containerPort: {{ include "stoxgate.adminPort" . }}, protocol: TCP }
{{- if include "stoxgate.speaksSip" . }}
- { name: sip-udp, containerPort: {{ include "stoxgate.sipPort" $root }}, protocol: UDP }
- { name: sip-tcp, containerPort: {{ include "stoxgate.sipPort" $root }}, protocol: TCP }
{{- with include "stoxgate.sipTlsPort" $root }}
- { name: sips, containerPort: {{ . }}, protocol: TCP }
{{- end }}
{{- end }}
{{- if include "stoxgate.speaksMsrp" . }}
- { name: msrp, containerPort: {{ include "stoxgate.msrpPort" $root }}, protocol: TCP }
{{- with include "stoxgate.msrpTlsPort" $root }}
- { name: msrps, containerPort: {{ . }}, protocol: TCP }
{{- end }}
{{- end }}
{{- end -}}

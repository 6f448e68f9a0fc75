{{/* Names. Short enough that every suffix below fits into 63 characters. */}}
{{- define "stoxgate.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stoxgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: stoxgate
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels by which pods of one role are selected. Takes root and role. */}}
{{- define "stoxgate.selector" -}}
app.kubernetes.io/name: stoxgate
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{/* The same for a server of the try-out. */}}
{{- define "stoxgate.tryOutSelector" -}}
app.kubernetes.io/name: stoxgate-try-out
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "stoxgate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stoxgate.serviceAccountName" -}}
{{- default (include "stoxgate.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "stoxgate.secretName" -}}
{{- if .Values.secrets.existingSecret -}}
{{- .Values.secrets.existingSecret -}}
{{- else if .Values.secrets.create -}}
{{- include "stoxgate.fullname" . -}}
{{- end -}}
{{- end -}}

{{/* Whether a part of the configuration asks for an optional role: "true" or empty. */}}
{{- define "stoxgate.mediaWanted" -}}
{{- if or .Values.tryOut.rtpengine.enabled (ne (dig "media" "relay" "none" .Values.config) "none") -}}true{{- end -}}
{{- end -}}
{{- define "stoxgate.msrpWanted" -}}
{{- if dig "messages" "msrp" "enabled" false .Values.config -}}true{{- end -}}
{{- end -}}
{{- define "stoxgate.phonesWanted" -}}
{{- $key := eq (dig "phones" "transport" "bosh" .Values.config) "client" | ternary "client_url" "bosh_url" -}}
{{- if or (dig "phones" $key "" .Values.config) (dig "phones" (printf "%ss" $key) list .Values.config) -}}true{{- end -}}
{{- end -}}

{{/* Keys of .Values.roles that run, separated by blanks. */}}
{{- define "stoxgate.roles" -}}
{{- if eq .Values.mode "single" -}}
all
{{- else -}}
translator sessionStore sipEdge xmppEdge
{{- if include "stoxgate.mediaWanted" . }} mediaEdge{{ end -}}
{{- if include "stoxgate.msrpWanted" . }} msrpEdge{{ end -}}
{{- if include "stoxgate.phonesWanted" . }} boshEdge{{ end -}}
{{- end -}}
{{- end -}}

{{/* Settings of a role: .Values.defaults, and .Values.roles over them. Takes root and key; gives YAML. */}}
{{- define "stoxgate.settings" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.roles .key | default dict))) -}}
{{- end -}}

{{/* Whether a role speaks SIP, or MSRP, to the outside: "true" or empty. Takes root and key. */}}
{{- define "stoxgate.speaksSip" -}}
{{- if has .key (list "sipEdge" "all") -}}true{{- end -}}
{{- end -}}
{{- define "stoxgate.speaksMsrp" -}}
{{- if or (eq .key "msrpEdge") (and (eq .key "all") (include "stoxgate.msrpWanted" .root)) -}}true{{- end -}}
{{- end -}}

{{/* Whether the pods of a role are in the network of their node: "true" or empty. Takes root and key. */}}
{{- define "stoxgate.isOnHost" -}}
{{- $sip := and (include "stoxgate.speaksSip" .) (eq .root.Values.sip.exposure.type "HostNetwork") -}}
{{- $msrp := and (include "stoxgate.speaksMsrp" .) (eq .root.Values.msrp.exposure.type "HostNetwork") -}}
{{- if or $sip $msrp -}}true{{- end -}}
{{- end -}}

{{/* Whether each replica has a Service, hence a name, of its own: "true" or empty. Takes root and key. */}}
{{- define "stoxgate.isPerPod" -}}
{{- $sip := and (eq .key "sipEdge") .root.Values.sip.exposure.perPod -}}
{{- $msrp := and (eq .key "msrpEdge") (eq .root.Values.msrp.exposure.type "LoadBalancer") -}}
{{- if or $sip $msrp -}}true{{- end -}}
{{- end -}}

{{/* Most replicas that a role can come to. Takes settings. */}}
{{- define "stoxgate.maxReplicas" -}}
{{- if .settings.autoscaling.enabled -}}{{ .settings.autoscaling.maxReplicas }}{{- else -}}{{ .settings.replicas }}{{- end -}}
{{- end -}}

{{/* Ports. A NodePort is what phones and proxies are told, so the gateway listens on that very number. */}}
{{- define "stoxgate.sipPort" -}}
{{- if eq .Values.sip.exposure.type "NodePort" -}}
{{- int .Values.sip.exposure.nodePort -}}
{{- else -}}
{{- dig "sip" "listen_port" 5600 .Values.config | int -}}
{{- end -}}
{{- end -}}
{{- define "stoxgate.sipTlsPort" -}}
{{- if not (or .Values.sip.tlsSecret (dig "sip" "tls" "cert_file" "" .Values.config)) -}}
{{- else if eq .Values.sip.exposure.type "NodePort" -}}
{{- int .Values.sip.exposure.tlsNodePort -}}
{{- else -}}
{{- dig "sip" "tls" "port" 5061 .Values.config | int -}}
{{- end -}}
{{- end -}}
{{- define "stoxgate.msrpPort" -}}
{{- dig "messages" "msrp" "listen_port" 2855 .Values.config | int -}}
{{- end -}}
{{- define "stoxgate.msrpTlsPort" -}}
{{- $port := dig "messages" "msrp" "tls_port" 0 .Values.config | int -}}
{{- if $port -}}{{ $port }}{{- end -}}
{{- end -}}
{{/* The admin port of a role; in a node's network two roles must not want the same. Takes root and key. */}}
{{- define "stoxgate.adminPort" -}}
{{- if not (include "stoxgate.isOnHost" .) -}}
{{- dig "admin" "port" 8080 .root.Values.config | int -}}
{{- else if eq .key "msrpEdge" -}}
{{- int .root.Values.msrp.exposure.hostAdminPort -}}
{{- else -}}
{{- int .root.Values.sip.exposure.hostAdminPort -}}
{{- end -}}
{{- end -}}

{{/* SIP ports of a Service. Takes root. */}}
{{- define "stoxgate.sipServicePorts" -}}
{{- $exposure := .root.Values.sip.exposure -}}
{{- $isNodePort := and .isOutside (eq $exposure.type "NodePort") -}}
{{- $port := include "stoxgate.sipPort" .root -}}
- name: sip-udp
  port: {{ $port }}
  targetPort: sip-udp
  protocol: UDP
  {{- if $isNodePort }}
  nodePort: {{ $port }}
  {{- end }}
- name: sip-tcp
  port: {{ $port }}
  targetPort: sip-tcp
  protocol: TCP
  {{- if $isNodePort }}
  nodePort: {{ $port }}
  {{- end }}
{{- with include "stoxgate.sipTlsPort" .root }}
- name: sips
  port: {{ . }}
  targetPort: sips
  protocol: TCP
  {{- if $isNodePort }}
  nodePort: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* MSRP ports of a Service. Takes root. */}}
{{- define "stoxgate.msrpServicePorts" -}}
- name: msrp
  port: {{ include "stoxgate.msrpPort" .root }}
  targetPort: msrp
  protocol: TCP
{{- with include "stoxgate.msrpTlsPort" .root }}
- name: msrps
  port: {{ . }}
  targetPort: msrps
  protocol: TCP
{{- end }}
{{- end -}}

{{/*
The configuration file: .Values.config, and what the chart knows better. Where the two meet, .Values.config wins for what an
operator may want otherwise, and the chart refuses what cannot be.
*/}}
{{- define "stoxgate.config" -}}
{{- $given := deepCopy .Values.config -}}
{{- $own := dict "admin" (dict "host" "0.0.0.0") -}}
{{- with include "stoxgate.busUrl" . }}{{ $_ := set $own "bus" . }}{{ end -}}
{{- with include "stoxgate.storeUrl" . }}{{ $_ := set $own "store" . }}{{ end -}}
{{- $sip := dict -}}
{{- $advertised := .Values.sip.exposure.advertisedHost -}}
{{- if and $advertised (not (contains "$" $advertised)) }}{{ $_ := set $sip "sdp_origin" $advertised }}{{ end -}}
{{- $_ := set $own "sip" $sip -}}
{{- if .Values.tryOut.jaeger.enabled -}}
{{- $_ := set $own "telemetry" (dict "otlp_endpoint" (printf "http://%s-jaeger:4318" (include "stoxgate.fullname" .))) -}}
{{- end -}}
{{- if .Values.tryOut.rtpengine.enabled -}}
{{- $relay := printf "udp:%s-rtpengine:22222" (include "stoxgate.fullname" .) -}}
{{- $_ := set $own "media" (dict "relay" "rtpengine" "rtpengine" (list $relay)) -}}
{{- end -}}
{{- $config := mergeOverwrite $own $given -}}
{{- if eq .Values.sip.exposure.type "NodePort" -}}
{{- $_ := set $config.sip "listen_port" (include "stoxgate.sipPort" . | int) -}}
{{- end -}}
{{- if .Values.sip.tlsSecret -}}
{{- $tls := dict "port" (include "stoxgate.sipTlsPort" . | int) "cert_file" "tls/tls.crt" "key_file" "tls/tls.key" -}}
{{- if .Values.sip.tlsVerify }}{{ $_ := set $tls "ca_file" "tls/ca.crt" }}{{ end -}}
{{- $_ := set $config.sip "tls" (mergeOverwrite (dig "sip" "tls" dict $config) $tls) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* Where bus and store are, when that is no secret: the URL or empty. */}}
{{- define "stoxgate.busUrl" -}}
{{- if .Values.tryOut.nats.enabled -}}
nats://{{ include "stoxgate.fullname" . }}-nats:4222
{{- else -}}
{{- .Values.nats.url -}}
{{- end -}}
{{- end -}}
{{- define "stoxgate.storeUrl" -}}
{{- if .Values.tryOut.redis.enabled -}}
redis://{{ include "stoxgate.fullname" . }}-redis:6379
{{- else -}}
{{- .Values.redis.url -}}
{{- end -}}
{{- end -}}

{{/* What cannot work, told before anything is installed. */}}
{{- define "stoxgate.check" -}}
{{- $config := .Values.config -}}
{{- if not (dig "xmpp" "domains" list $config) -}}
{{- fail "config.xmpp.domains is empty: which XMPP domains are served? See deploy/k8s/examples." -}}
{{- end -}}
{{- if not (dig "xmpp" "components" list $config) -}}
{{- fail "config.xmpp.components is empty: under which domain do SIP users appear? See deploy/k8s/examples." -}}
{{- end -}}
{{- if or $config.bus $config.store -}}
{{- fail "config.bus and config.store are set by the chart: use nats.url and redis.url, or nats.secretKey and redis.secretKey." -}}
{{- end -}}
{{- $bus := or (include "stoxgate.busUrl" .) .Values.nats.secretKey -}}
{{- $store := or (include "stoxgate.storeUrl" .) .Values.redis.secretKey -}}
{{- if and (eq .Values.mode "split") (not (and $bus $store)) -}}
{{- fail "mode split needs NATS and Redis: set nats.url and redis.url (or their secretKey), or tryOut.nats.enabled and tryOut.redis.enabled, or mode: single." -}}
{{- end -}}
{{- if and (or .Values.nats.secretKey .Values.redis.secretKey) (not (include "stoxgate.secretName" .)) -}}
{{- fail "nats.secretKey and redis.secretKey are keys of secrets.existingSecret, which is empty." -}}
{{- end -}}
{{- $exposure := .Values.sip.exposure -}}
{{- if and (eq $exposure.type "LoadBalancer") (not $exposure.advertisedHost) -}}
{{- fail "sip.exposure.type LoadBalancer needs sip.exposure.advertisedHost: the address or name of the balancer, which goes into Via and Contact." -}}
{{- end -}}
{{- if and (eq $exposure.type "NodePort") (not $exposure.nodePort) -}}
{{- fail "sip.exposure.type NodePort needs sip.exposure.nodePort: peers are told this port, so it must be known." -}}
{{- end -}}
{{- if and $exposure.perPod (eq .Values.mode "single") -}}
{{- fail "sip.exposure.perPod is for mode split: mode single is one pod." -}}
{{- end -}}
{{- if and $exposure.perPod (ne $exposure.type "LoadBalancer") -}}
{{- fail "sip.exposure.perPod is for sip.exposure.type LoadBalancer: with HostNetwork and ClusterIP each pod has an address of its own already." -}}
{{- end -}}
{{- if and $exposure.perPod (not (contains "$(POD_NAME)" $exposure.advertisedHost)) -}}
{{- fail "sip.exposure.perPod needs $(POD_NAME) in sip.exposure.advertisedHost, such as $(POD_NAME).sip.example.org." -}}
{{- end -}}
{{- if and (include "stoxgate.msrpWanted" .) (eq .Values.msrp.exposure.type "LoadBalancer") (not .Values.msrp.exposure.advertisedHost) -}}
{{- fail "msrp.exposure.type LoadBalancer needs msrp.exposure.advertisedHost, such as $(POD_NAME).chat.example.org." -}}
{{- end -}}
{{- end -}}

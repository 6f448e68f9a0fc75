{{- $ns := printf "namespace=\"%s\"" .Release.Namespace -}}
- alert: StoxgateComponentDown
  expr: max by (domain) (stoxgate_xmpp_connected{ {{- $ns -}} }) == 0
  for: 2m
  labels: { severity: critical }
  annotations:
    summary: The component {{ "{{ $labels.domain }}" }} has no connection to its XMPP server.
    description: Nothing passes between SIP and the users of this domain. /readyz of the xmpp-edge and its log say why.
- alert: StoxgateRoleGone
  expr: sum by (app_kubernetes_io_component) (up{job="stoxgate", {{ $ns -}} }) == 0
  for: 2m
  labels: { severity: critical }
  annotations:
    summary: No process of the role {{ "{{ $labels.app_kubernetes_io_component }}" }} answers.
    description: Calls and messages stop where they need this role; what is in the store and on the bus waits.
- alert: StoxgateBacklog
  expr: max(stoxgate_bus_backlog{ {{- $ns -}} }) > {{ .Values.prometheusRule.backlog }}
  for: 2m
  labels: { severity: warning }
  annotations:
    summary: On the bus {{ "{{ $value }}" }} messages wait.
    description: Translators or edges do not keep up. More translators help where stoxgate_step_seconds is high; else look which edge is not ready.
- alert: StoxgateDeadLetters
  expr: sum by (type) (increase(stoxgate_dead_letters_total{ {{- $ns -}} }[15m])) > 0
  labels: { severity: critical }
  annotations:
    summary: Messages of the type {{ "{{ $labels.type }}" }} were given up.
    description: A message failed on every delivery. The log line "message given up" has its id, key and the error.
- alert: StoxgateEventLoopLate
  expr: max by (pod) (stoxgate_event_loop_lag_seconds{ {{- $ns -}} }) > 0.25
  for: 2m
  labels: { severity: warning }
  annotations:
    summary: The event loop of {{ "{{ $labels.pod }}" }} is {{ "{{ $value | humanizeDuration }}" }} late.
    description: The process takes no new work while it is over load. It needs more CPU, or the role more replicas.
- alert: StoxgateTimersLate
  expr: histogram_quantile(0.95, sum by (le) (rate(stoxgate_timer_lateness_seconds_bucket{ {{- $ns -}} }[5m]))) > 2
  for: 5m
  labels: { severity: warning }
  annotations:
    summary: Session timers fall due {{ "{{ $value | humanizeDuration }}" }} late.
    description: Ringing and session expiry end late. Redis or the session stores are too slow, or too few.
- alert: StoxgateMediaRelayDown
  expr: max by (relay) (stoxgate_media_relay_up{ {{- $ns -}} }) == 0
  for: 1m
  labels: { severity: warning }
  annotations:
    summary: The media relay {{ "{{ $labels.relay }}" }} does not answer.
    description: Calls that go through it have no sound; new ones go to the others while there are any.
- alert: StoxgateMediaDeletesLost
  expr: sum(increase(stoxgate_media_deletes_lost_total{ {{- $ns -}} }[15m])) > 0
  labels: { severity: warning }
  annotations:
    summary: Media relays were not told of calls that ended.
    description: They hold ports until their own time limit without media.
- alert: StoxgateSipCertificateExpires
  expr: min(stoxgate_sip_certificate_expiry_seconds{ {{- $ns -}} }) < {{ mul .Values.prometheusRule.certificateDays 86400 }}
  labels: { severity: warning }
  annotations:
    summary: The certificate of sip.tls expires in {{ "{{ $value | humanizeDuration }}" }}.
    description: A renewed one in the Secret is put to use within some minutes, without a restart.
- alert: StoxgateSipRetransmissions
  expr: |-
    sum(rate(stoxgate_sip_retransmissions_total{ {{- $ns -}} }[5m]))
      > 0.1 * sum(rate(stoxgate_sip_messages_sent_total{ {{- $ns -}} }[5m]))
  for: 5m
  labels: { severity: warning }
  annotations:
    summary: More than a tenth of the SIP messages sent are sent again.
    description: The proxy is slow or away, or datagrams are lost on the way, such as to a balancer that does not carry UDP.

{{/* The components of kustomize that the values ask for. */}}
{{- define "liveline.components" }}
- {{ .auth.mode }}
{{- if .auth.privateAuthority }}
- jwt-ca
{{- end }}
{{- if ne .route.kind "none" }}
- {{ .route.kind }}
{{- end }}
{{- if ne .redis.mode "internal" }}
- external-redis
{{- end }}
{{- if has .redis.mode (list "sentinel" "cluster") }}
- redis-{{ .redis.mode }}
{{- end }}
{{- if .redis.privateAuthority }}
- redis-tls
{{- end }}
{{- if .monitoring.enabled }}
- monitoring
{{- end }}
{{- if eq .scaling.by "connections" }}
- custom-metrics
{{- end }}
{{- if eq .scaling.by "keda" }}
- keda
{{- end }}
{{- end }}

{{/* The environment variables that the values set. */}}
{{- define "liveline.config" }}
{{- if eq .auth.mode "jwt" }}
MP_JWT_VERIFY_ISSUER: {{ .auth.issuer | quote }}
MP_JWT_VERIFY_AUDIENCES: {{ .auth.audience | quote }}
MP_JWT_VERIFY_PUBLICKEY_LOCATION: {{ .auth.keys | quote }}
{{- end }}
{{- if eq .redis.mode "sentinel" }}
QUARKUS_REDIS_MASTER_NAME: {{ .redis.masterName | quote }}
{{- end }}
{{- end }}

{{/* What the values change in the production overlay, as patches of kustomize. */}}
{{- define "liveline.patches" }}
{{- $values := .Values }}
{{- $tag := .Values.image.tag | default .Chart.AppVersion }}
{{- range $service := list "chat" "dashboard" "presence" }}
- target: {kind: Deployment, name: {{ $service }}}
  patch:
    spec:
      template:
        spec:
          containers:
            - name: service
              image: {{ printf "%s/%s-service%s:%s" $values.image.repository $service (ternary "-native" "" $values.image.native) $tag }}
              resources:
                requests: {cpu: {{ $values.resources.cpu | quote }}, memory: {{ $values.resources.memory | quote }}}
                limits: {memory: {{ $values.resources.memory | quote }}}
{{- end }}
{{- with .Values.redis }}
- target: {kind: StatefulSet, name: redis}
  patch:
    - {op: replace, path: /spec/template/spec/containers/0/args, value: [--maxmemory, {{ .maxmemory | quote }}]}
    - {op: replace, path: /spec/template/spec/containers/0/resources/requests/memory, value: {{ .memory | quote }}}
    - {op: replace, path: /spec/template/spec/containers/0/resources/limits/memory, value: {{ .memory | quote }}}
    - {op: replace, path: /spec/volumeClaimTemplates/0/spec/resources/requests/storage, value: {{ .storage | quote }}}
    {{- with .storageClass }}
    - {op: add, path: /spec/volumeClaimTemplates/0/spec/storageClassName, value: {{ . | quote }}}
    {{- end }}
- target: {kind: NetworkPolicy, name: services-to-external-redis}
  patch:
    - {op: replace, path: /spec/egress/0/to, value: {{ include "liveline.blocks" .addresses }}}
{{- end }}
- target: {kind: NetworkPolicy, name: services-to-issuer}
  patch:
    - {op: replace, path: /spec/egress/0/to, value: {{ include "liveline.blocks" .Values.auth.addresses }}}
{{- with .Values.route }}
- target: {kind: HTTPRoute}
  patch:
    - {op: replace, path: /spec/hostnames, value: [{{ .host | quote }}]}
    - {op: replace, path: /spec/parentRefs, value: [{name: {{ .gateway }}, namespace: {{ .gatewayNamespace }}}]}
- target: {kind: Ingress}
  patch:
    - {op: add, path: /spec/rules/0/host, value: {{ .host | quote }}}
    {{- with .ingressClass }}
    - {op: add, path: /spec/ingressClassName, value: {{ . | quote }}}
    {{- end }}
    {{- if .tlsSecret }}
    - {op: add, path: /spec/tls, value: [{hosts: [{{ .host | quote }}], secretName: {{ .tlsSecret }}}]}
    {{- end }}
{{- with .from }}
- target: {kind: NetworkPolicy, name: services-from-(gateway|ingress)}
  patch:
    - op: replace
      path: /spec/ingress/0/from
      value: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: {{ toJson . }}}]}}]
{{- end }}
{{- end }}
{{- with .Values.scaling }}
- target: {kind: HorizontalPodAutoscaler}
  patch: {spec: {minReplicas: {{ .min }}, maxReplicas: {{ .max }}}}
{{- $namespace := $.Release.Namespace }}
{{- range $service, $metric := dict "chat" "chat_connections" "dashboard" "dashboard_streams" "presence" "presence_polls" }}
- target: {kind: ScaledObject, name: {{ $service }}}
  patch:
    - {op: replace, path: /spec/minReplicaCount, value: {{ $values.scaling.min }}}
    - {op: replace, path: /spec/maxReplicaCount, value: {{ $values.scaling.max }}}
    - {op: replace, path: /spec/triggers/0/metadata/serverAddress, value: {{ $values.scaling.prometheus | quote }}}
    - {op: replace, path: /spec/triggers/0/metadata/query, value: {{ printf "sum(liveline_%s{namespace=\"%s\"})" $metric $namespace | quote }}}
{{- end }}
{{- end }}
{{- with .Values.monitoring }}
- target: {kind: PodMonitor|PrometheusRule}
  patch: {metadata: {labels: {{ toJson .labels }}}}
- target: {kind: NetworkPolicy, name: services-from-prometheus}
  patch:
    - op: replace
      path: /spec/ingress/0/from
      value: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ .namespace }}}}}]
{{- end }}
{{- if not .Values.network.policies }}
- target: {kind: NetworkPolicy}
  patch: {$patch: delete}
{{- end }}
{{- if not .Values.quota }}
- target: {kind: ResourceQuota}
  patch: {$patch: delete}
{{- end }}
{{- if not .Values.priorityClasses }}
- target: {kind: PriorityClass}
  patch: {$patch: delete}
- target: {kind: Deployment|StatefulSet}
  patch: {spec: {template: {spec: {priorityClassName: null}}}}
{{- end }}
{{- with .Values.patches }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Blocks of addresses, as peers of a network policy. */}}
{{- define "liveline.blocks" -}}
{{- $peers := list }}{{ range . }}{{ $peers = append $peers (dict "ipBlock" (dict "cidr" .)) }}{{ end }}{{ toJson $peers }}
{{- end }}

{{/* Names begin with that of the release. */}}
{{- define "provisioning.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* (list $ component): the labels that select the pods of a component. */}}
{{- define "provisioning.selector" -}}
app.kubernetes.io/name: provisioning
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* (list $ component): all labels of an object. */}}
{{- define "provisioning.labels" -}}
{{ include "provisioning.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/part-of: provisioning
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{/* (list $ component): metadata of the main objects of a component. */}}
{{- define "provisioning.metadata" -}}
name: {{ include "provisioning.name" (index . 0) }}-{{ index . 1 }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "provisioning.labels" . | nindent 2 }}
{{- end }}

{{/* (list $ component): name, image and security of a container. */}}
{{- define "provisioning.container" -}}
{{- $ := index . 0 -}}
name: {{ index . 1 }}
image: {{ with $.Values.image.registry }}{{ . }}/{{ end }}provisioning-{{ index . 1 }}:{{ $.Values.image.tag | default $.Chart.AppVersion }}
imagePullPolicy: {{ $.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Members of every pod that are the same. */}}
{{- define "provisioning.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "provisioning.podSecurity" . | nindent 2 }}
{{- end }}

{{/* Satisfies the Pod Security Standard `restricted`. */}}
{{- define "provisioning.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* (list $ component): pods of a component on different nodes and in different zones, where that is possible. */}}
{{- define "provisioning.spread" -}}
{{- $selector := include "provisioning.selector" . -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}

{{/* Restarts pods when the configuration changes. */}}
{{- define "provisioning.checksum" -}}
checksum/config: {{ include (print .Template.BasePath "/configmap.yaml") . | sha256sum }}
{{- end }}

{{/* (list $ required... ) of variables from the Secret; a name that ends with "?" may be absent. */}}
{{- define "provisioning.secrets" -}}
{{- $ := index . 0 -}}
{{- range rest . }}
- name: {{ trimSuffix "?" . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.existingSecret }}
      key: {{ trimSuffix "?" . }}
      optional: {{ hasSuffix "?" . }}
{{- end }}
{{- end }}

{{/* Variables that are not secret, and the credentials of providers if the second item is true. */}}
{{- define "provisioning.envFrom" -}}
{{- $ := index . 0 -}}
envFrom:
  - configMapRef:
      name: {{ include "provisioning.name" $ }}
  {{- if and (index . 1) $.Values.existingProviderSecret }}
  - secretRef:
      name: {{ $.Values.existingProviderSecret }}
  {{- end }}
{{- end }}

{{/* Started, alive, ready: of every process. */}}
{{- define "provisioning.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

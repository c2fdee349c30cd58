{{/*
As much of kustomize as the manifests beside this chart use, so that both render the same files.

The state is a dictionary: "objects", a list, and "maps", the data of the ConfigMaps by name. Templates cannot return
values, so these change the dictionaries that they get.
*/}}

{{/* Adds a kustomization to the state: (root, state, folder). Other kustomizations that it names are left out. */}}
{{- define "kustomize.add" }}
{{- $root := index . 0 }}{{ $state := index . 1 }}{{ $folder := index . 2 }}
{{- $kustomization := include "kustomize.file" (list $root $folder "kustomization.yaml") | fromYaml }}
{{- range $kustomization.resources }}
  {{- if hasSuffix ".yaml" . }}
    {{- range regexSplit "(?m)^---\n" (include "kustomize.file" (list $root $folder .)) -1 }}
      {{- with fromYaml . }}{{ $_ := set $state "objects" (append $state.objects .) }}{{ end }}
    {{- end }}
  {{- end }}
{{- end }}
{{- range $kustomization.configMapGenerator }}
  {{- $map := get $state.maps .name | default (dict "data" dict "labels" (dig "options" "labels" dict .)) }}
  {{- $_ := set $state.maps .name $map }}
  {{- $lines := .literals | default list }}
  {{- range .envs }}
    {{- $lines = concat $lines (splitList "\n" (include "kustomize.file" (list $root $folder .))) }}
  {{- end }}
  {{- range $lines }}
    {{- if not (or (eq . "") (hasPrefix "#" .)) }}
      {{- $pair := regexSplit "=" . 2 }}{{ $_ := set $map.data (first $pair) (last $pair) }}
    {{- end }}
  {{- end }}
  {{- range .files }}
    {{- $pair := regexSplit "=" . 2 }}
    {{- $_ := set $map.data (base (first $pair)) (include "kustomize.file" (list $root $folder (last $pair))) }}
  {{- end }}
{{- end }}
{{- range $kustomization.labels }}
  {{- $labels := dict "metadata" (dict "labels" .pairs) }}
  {{- range $state.objects }}
    {{- include "kustomize.merge" (list . $labels) }}
    {{- with dig "spec" "template" dict . }}{{ include "kustomize.merge" (list . $labels) }}{{ end }}
  {{- end }}
  {{- range $state.maps }}{{ include "kustomize.merge" (list .labels $labels.metadata.labels) }}{{ end }}
{{- end }}
{{- range $kustomization.patches }}
  {{- $text := .patch }}
  {{- with .path }}{{ $text = include "kustomize.file" (list $root $folder .) }}{{ end }}
  {{- $isList := hasPrefix "- " $text }}
  {{- $patch := ternary (fromYamlArray $text) (fromYaml $text) $isList }}
  {{- include "kustomize.patch" (list $state (dict "target" .target "patch" $patch)) }}
{{- end }}
{{- range $image := $kustomization.images }}
  {{- range $state.objects }}
    {{- $pod := dig "spec" "template" "spec" dict . }}
    {{- range concat ($pod.initContainers | default list) ($pod.containers | default list) }}
      {{- if eq .image $image.name }}
        {{- $_ := set . "image" (list ($image.newName | default .image) $image.newTag | compact | join ":") }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The text of a file: (root, folder, file). */}}
{{- define "kustomize.file" -}}
{{- $root := index . 0 -}}
{{- $root.Files.Get (printf "%s/%s" (index . 1) (index . 2)) | required (printf "no file %s/%s" (index . 1) (index . 2)) -}}
{{- end }}

{{/* Applies a patch to the objects of the state that it selects: (state, {target, patch}). */}}
{{- define "kustomize.patch" }}
{{- $state := index . 0 }}{{ $patch := (index . 1).patch }}
{{- $isList := kindIs "slice" $patch }}
{{- $target := (index . 1).target | default dict }}
{{- if not $target }}{{ $target = dict "kind" $patch.kind "name" $patch.metadata.name }}{{ end }}
{{- $kept := list }}
{{- range $object := $state.objects }}
  {{- $selected := and
    (regexMatch (printf "^(%s)$" ($target.kind | default ".*")) .kind)
    (regexMatch (printf "^(%s)$" ($target.name | default ".*")) .metadata.name) }}
  {{- with $target.labelSelector }}
    {{- $pair := splitList "=" . }}
    {{- $selected = and $selected (eq (last $pair) (dig "metadata" "labels" (first $pair) "" $object)) }}
  {{- end }}
  {{- if and $selected $isList }}
    {{- range $patch }}{{ include "kustomize.operate" (list $object .) }}{{ end }}
  {{- else if $selected }}
    {{- $name := .metadata.name }}
    {{- include "kustomize.merge" (list $object (omit $patch "apiVersion" "kind" "$patch")) }}
    {{- $_ := set .metadata "name" $name }}
  {{- end }}
  {{- if not (and $selected (not $isList) (hasKey $patch "$patch")) }}{{ $kept = append $kept $object }}{{ end }}
{{- end }}
{{- $_ := set $state "objects" $kept }}
{{- end }}

{{/* Operation of a JSON patch, "add" or "replace": (object, operation). */}}
{{- define "kustomize.operate" }}
{{- $at := index . 0 }}{{ $operation := index . 1 }}
{{- $path := splitList "/" (trimPrefix "/" $operation.path) }}
{{- $value := deepCopy (dict "it" $operation.value) }}
{{- $append := eq (last $path) "-" }}
{{- if $append }}{{ $path = initial $path }}{{ end }}
{{- range initial $path }}
  {{- if kindIs "slice" $at }}{{ $at = index $at (int .) }}{{ else }}{{ $at = get $at . }}{{ end }}
{{- end }}
{{- $key := last $path }}
{{- if $append }}{{ $value = dict "it" (append (get $at $key) $value.it) }}{{ end }}
{{- $_ := set $at $key $value.it }}
{{- end }}

{{/* Strategic merge, in place: (object, patch). The elements of the lists named here are merged by a key. */}}
{{- define "kustomize.merge" }}
{{- $to := index . 0 }}
{{- $keys := dict "containers" "name" "env" "name" "volumes" "name" "volumeMounts" "mountPath" "topologySpreadConstraints" "topologyKey" }}
{{- range $field, $value := index . 1 }}
  {{- $key := get $keys $field }}
  {{- if kindIs "invalid" $value }}{{ $_ := unset $to $field }}
  {{- else if and (kindIs "map" $value) (hasKey $to $field) }}{{ include "kustomize.merge" (list (get $to $field) $value) }}
  {{- else if and $key (hasKey $to $field) }}
    {{- range $item := $value }}
      {{- $others := list }}{{ $merged := deepCopy $item }}
      {{- range get $to $field }}
        {{- if ne (get . $key) (get $item $key) }}{{ $others = append $others . }}
        {{- else }}{{ $merged = . }}{{ include "kustomize.merge" (list $merged (omit $item "$patch")) }}{{ end }}
      {{- end }}
      {{- $_ := set $to $field (ternary $others (append $others $merged) (hasKey $item "$patch")) }}
    {{- end }}
  {{- else }}{{ $_ := set $to $field (deepCopy (dict "it" $value)).it }}
  {{- end }}
{{- end }}
{{- end }}

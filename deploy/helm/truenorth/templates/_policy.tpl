{{- /* The expression for the texts below a place of an object, as components/operator/fields.py makes it. */ -}}
{{- define "truenorth.texts" -}}
{{- $place := index . 0 -}}{{- $steps := index . 1 -}}{{- $reading := index . 2 -}}
{{- if empty $steps -}}
  {{- printf "(type(%s) == string ? %s : '')" $place (replace "@" $place $reading) -}}
{{- else -}}
  {{- $name := first $steps | trimSuffix "[]" -}}
  {{- $found := printf "%s['%s']" $place $name -}}
  {{- $there := printf "type(%s) == map && '%s' in %s" $place $name $place -}}
  {{- if eq $name (first $steps) -}}
    {{- printf "(%s ? %s : '')" $there (include "truenorth.texts" (list $found (rest $steps) $reading)) -}}
  {{- else -}}
    {{- $item := printf "i%d" (len $steps) -}}
    {{- $inner := include "truenorth.texts" (list $item (rest $steps) $reading) -}}
    {{- printf "(%s && type(%s) == list ? %s.map(%s, %s).join(',') : '')" $there $found $found $item $inner -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- /* The requirements of a cluster's selectors, as JSON: a list of [[labels or annotations, key, operator], values]. */ -}}
{{- define "truenorth.selection" -}}
{{- $found := list -}}
{{- range $of := list "labels" "annotations" -}}
  {{- range $part := regexFindAll "[^,(]+([(][^)]*[)])?" (get $ $of | default "") -1 -}}
    {{- $key := regexFind "[^ !=<>(]+" $part -}}
    {{- $rest := $part | trim | trimPrefix "!" | trim | trimPrefix $key | trim -}}
    {{- $sign := regexFind "^(==|=|!=|<|>|notin|in)" $rest -}}
    {{- $values := list ($rest | trimPrefix $sign | trim) -}}
    {{- $operator := $sign -}}
    {{- if hasSuffix "in" $sign -}}
      {{- $operator = ternary "In" "NotIn" (eq $sign "in") -}}
      {{- $values = list -}}
      {{- range $value := regexFind "[(].*" $rest | trimPrefix "(" | trimSuffix ")" | splitList "," -}}{{- $values = append $values (trim $value) -}}{{- end -}}
    {{- else if hasSuffix "=" $sign -}}{{- $operator = ternary "NotIn" "In" (eq $sign "!=") -}}
    {{- else if not $sign -}}
      {{- $operator = ternary "DoesNotExist" "Exists" (hasPrefix "!" (trim $part)) -}}
      {{- $values = list -}}
    {{- end -}}
    {{- $found = append $found (list (list $of $key $operator) $values) -}}
  {{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}
